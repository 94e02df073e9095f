import { keys, type KvList } from '../../../../protocol/index.js';
import type { Seat } from '../../../agent/pool.js';
import type { CampaignNames } from '../../../service/desktops.js';
import type { UserEventRefusal } from '../../../service/ports.js';
import { type UserData, UserDataError } from '../../../user-data/reader.js';
import type { TEventParts } from '../parts.js';

/** A desktop's request in user data, and how it is answered: by one of `answer` and `refuse`, or, where it needs none, by `done`. */
export interface AgentRequest {
  readonly parts: TEventParts;
  /** Who is logged in on the DN. */
  readonly seat: Seat<object>;
  readonly data: UserData;
  /** Says the answer on the DN; the echo of GSW_REFERENCE_ID is added. */
  readonly answer: (userData: KvList) => void;
  readonly refuse: (refusal: Omit<UserEventRefusal, 'kind'>) => void;
  /** Answered with as many events as there were. */
  readonly done: () => void;
}

/** The campaign that a request names, where it names one. Throws UserDataError for one that is unknown. */
export function campaignNamed({ parts, data }: Pick<AgentRequest, 'parts' | 'data'>): string | undefined {
  const campaign = data.text(keys.GSW_CAMPAIGN_NAME);
  if (campaign === undefined || parts.deployment.campaigns.some(({ name }) => name === campaign)) return campaign;
  throw new UserDataError('UnknownCampaign', `${keys.GSW_CAMPAIGN_NAME}: there is no campaign '${campaign.slice(0, 64)}'`);
}

/** The handle of the record that a request is about; what else it names is not needed to find it. Throws UserDataError. */
export function recordNamed(request: Pick<AgentRequest, 'parts' | 'data'>): number {
  const handle = request.data.requiredInteger(keys.GSW_RECORD_HANDLE);
  campaignNamed(request);
  return handle;
}

/** Which campaign a request is about. Throws UserDataError where it does not say. */
export function campaignNames(data: UserData): CampaignNames {
  return { campaign: data.requiredText(keys.GSW_CAMPAIGN_NAME), group: data.text(keys.GSW_CAMPAIGN_GROUP_NAME) };
}

import { keys, type KvList } from '../../../../protocol/index.js';
import type { Seat } from '../../../agent/pool.js';
import type { CampaignNames } from '../../../service/desktops.js';
import type { UserEventRefusal } from '../../../service/ports.js';
import type { UserData } from '../../../user-data/reader.js';
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

/** Which campaign a request is about. Throws UserDataError where it does not say. */
export function campaignNames(data: UserData): CampaignNames {
  return { campaign: data.requiredText(keys.GSW_CAMPAIGN_NAME), group: data.text(keys.GSW_CAMPAIGN_GROUP_NAME) };
}

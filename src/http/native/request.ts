import { type KvList, keys, type Pair, string } from '../../../protocol/index.js';
import type { CampaignRequest, CampaignRequestKind, GroupTarget } from '../../campaign/requests.js';
import type { CampaignGroup, Deployment } from '../../config/deployment.js';
import { USER_DATA_NAMES } from '../../user-data/parameter-names.js';
import { tuningOf } from '../enumeration-input.js';
import { HttpFault } from '../fault.js';
import { toValue } from '../json-values.js';
import type { UserEvents } from '../parts.js';
import type { NativeBody } from './schemas.js';

/** The request as user data, as the trace shows it: what is asked for, then the keys of the body. */
export function toUserData(control: string, body: NativeBody): KvList {
  const given = Object.entries(body).map(([key, json]): Pair => ({ key, value: toValue(key, json) }));
  return [{ key: keys.GSW_AGENT_REQ_TYPE, value: string(control) }, ...given];
}

/** What the engine is asked. Throws HttpFault where a name is of no campaign or group, or not of that with the id beside it. */
export function toCampaignRequest(
  kind: CampaignRequestKind,
  group: CampaignGroup,
  body: NativeBody,
  context: { readonly data: KvList; readonly by: string; readonly deployment: Deployment; readonly userEvents: UserEvents },
): CampaignRequest {
  const { data, by, deployment, userEvents } = context;
  const autoCompletion = userEvents.flagInput(data);
  return {
    kind,
    by,
    names: USER_DATA_NAMES,
    target: targetOf(group, body, deployment),
    ...tuningOf({ dialMode: body.GSW_DIAL_MODE, optimizeBy: body.GSW_OPTIMIZE_BY, optimizeGoal: body.GSW_OPTIMIZE_GOAL }),
    ...(autoCompletion !== undefined && { autoCompletion }),
  };
}

function targetOf(group: CampaignGroup, body: NativeBody, { campaigns, groups }: Deployment): GroupTarget {
  const campaignId = idOf(campaigns, body.GSW_CAMPAIGN_ID, body.GSW_CAMPAIGN_NAME, 'campaign', 'CampaignNotFound');
  const groupId = idOf(groups, body.GSW_GROUP_ID, body.GSW_GROUP_NAME, 'group', 'GroupNotFound');
  return { sessionId: group.dbid, ...(campaignId !== undefined && { campaignId }), ...(groupId !== undefined && { groupId }) };
}

interface Named {
  readonly dbid: number;
  readonly name: string;
}

function idOf(
  objects: readonly Named[],
  id: number | undefined,
  name: string | undefined,
  what: string,
  code: 'CampaignNotFound' | 'GroupNotFound',
): number | undefined {
  if (name === undefined) return id;
  const found = objects.find((object) => object.name === name);
  if (found === undefined) throw new HttpFault(code, `there is no ${what} ${JSON.stringify(name.slice(0, 100))}`);
  if (id !== undefined && id !== found.dbid) throw new HttpFault('CampaignGroupNotFound', `${what} ${found.name} is ${found.dbid}, not ${id}`);
  return found.dbid;
}

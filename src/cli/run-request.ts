import { describeMessage, DialMode, GroupCampaignStatus, int, keys, nameOf, OptimizeBy } from '../../protocol/index.js';
import { type Answer, connectDirect, type DirectClient } from '../client/index.js';
import { clientFailure, type ClientWorld, connectOptions, passwordFrom, reached } from './connect.js';
import type { RequestMessageName, RequestOptions, RunRequest } from './request.js';

export interface RequestWorld extends ClientWorld {
  /** Writes to stdout; resolves when the chunk is taken. */
  readonly write: (chunk: string) => Promise<void>;
}

/** The body of `request`: one request, its answer on stdout. Throws UserError where it is refused or not answered. */
export function createRequest(world: RequestWorld): RunRequest {
  return async (options) => {
    try {
      const answer = await ask(options, world);
      await world.write(`${describeAnswer(answer)}\n${describeMessage(answer.message, { showValues: true }).join('\n')}\n`);
    } catch (error) {
      throw clientFailure(error);
    }
  };
}

async function ask(options: RequestOptions, world: RequestWorld): Promise<Answer<RequestMessageName>> {
  const password = passwordFrom(options.passwordEnv, world.env);
  const connecting = connectDirect({
    ...connectOptions(options, 'direct', world),
    clientName: options.client,
    ...(password !== undefined && { password }),
  });
  const client = await reached(connecting);
  try {
    return await send(client, options);
  } finally {
    await client.close();
  }
}

function send(client: DirectClient, { name, campaign, group, session, autoCompletion, dialMode, optimizeBy, optimizeGoal }: RequestOptions) {
  const ids = { GSW_CM_AttrCampaignID: campaign, GSW_CM_AttrGroupID: group, GSW_CM_AttrSessionID: session };
  const tuning = { GSW_CM_AttrDialMode: dialMode, GSW_CM_AttrOptimizeBy: optimizeBy, GSW_CM_AttrOptimizeGoal: optimizeGoal };
  const properties = autoCompletion === undefined ? undefined : [{ key: keys.GSW_AUTO_COMPLETION, value: int(autoCompletion) }];
  return client.request(name, { ...ids, ...tuning, GSW_CM_AttrProperties: properties });
}

/** How the campaign group stands, in one line. */
function describeAnswer({ name, attributes }: Answer<RequestMessageName>): string {
  const status = attributes.GSW_CM_AttrGroupCampaignStatus;
  const by = attributes.GSW_CM_AttrOptimizeBy;
  const goal = attributes.GSW_CM_AttrOptimizeGoal;
  const facts = [
    `campaign ${attributes.GSW_CM_AttrCampaignID}, group ${attributes.GSW_CM_AttrGroupID} (session ${attributes.GSW_CM_AttrSessionID}) is ${nameOf(GroupCampaignStatus, status) ?? status}`,
    `dial mode ${nameOf(DialMode, attributes.GSW_CM_AttrDialMode) ?? attributes.GSW_CM_AttrDialMode}`,
    ...(by === undefined ? [] : [`optimized by ${nameOf(OptimizeBy, by) ?? by}`]),
    ...(goal === undefined ? [] : [`goal ${goal}`]),
  ];
  const waits = status === GroupCampaignStatus.WaitingUnload ? '; it is unloaded when the records that are out have come back' : '';
  return `${name}: ${facts.join(', ')}${waits}`;
}

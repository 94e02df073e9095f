import { DialMode } from '../../protocol/dictionary/enumerations.js';
import type { CampaignGroup } from '../config/deployment.js';
import { isMadeByGateway } from '../store/statements/create-list.js';
import type { Runtime } from './runtime.js';

/**
 * The dial modes that a campaign group can run in: Preview always, Progress where calls can be placed
 * for all of its lists. Predict and Power come later, on the same seam (engine.md, Dialing modes).
 */
export function modesOf(group: CampaignGroup, dials: boolean, simulatedLists: ReadonlySet<number>): ReadonlySet<number> {
  const allowed = dials && group.campaign.lists.every(({ list }) => simulatedLists.has(list.dbid));
  return new Set(allowed ? [DialMode.Preview, DialMode.Progress] : [DialMode.Preview]);
}

/**
 * Lists that the simulated switch may write into: it invents results, so a table that the gateway did
 * not make is left alone unless the list says otherwise.
 */
export async function listsForSimulation({ client, deployment, lists }: Pick<Runtime, 'client' | 'deployment' | 'lists'>): Promise<ReadonlySet<number>> {
  const allowed = new Set<number>();
  for (const list of lists.values()) {
    const configured = deployment.callingLists.find(({ dbid }) => dbid === list.dbid);
    if (configured?.allowSimulatedResults === true || (await isMadeByGateway(client, list.table))) allowed.add(list.dbid);
  }
  return allowed;
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A campaign group of a soak, with a campaign, a list and agents of its own. */
export interface SoakGroup {
  readonly dbid: number;
  readonly campaign: string;
  readonly campaignDbid: number;
  readonly list: string;
  readonly listDbid: number;
  readonly table: string;
  readonly mode: 'Preview' | 'Progress';
  readonly agents: readonly string[];
}

/** Longer than any fault, so that whoever comes back is told what it missed. */
export const REPLAY_WINDOW_MS = 120_000;
/** Shorter than some absences, so that records of agents who stay away go to others. */
const AGENT_GRACE = '4s';

/** Desktops are spread over the groups, one agent each. */
export function groupsOf(groups: number, desktops: number): SoakGroup[] {
  return Array.from({ length: groups }, (_, index) => ({
    dbid: 1001 + index,
    campaign: `Campaign${index}`,
    campaignDbid: 101 + index,
    list: `List${index}`,
    listDbid: 501 + index,
    table: `cl_soak_${index}`,
    mode: index % 2 === 0 ? ('Preview' as const) : ('Progress' as const),
    agents: Array.from({ length: desktops }, (_agent, desktop) => desktop)
      .filter((desktop) => desktop % groups === index)
      .map((desktop) => String(10_000 + desktop)),
  }));
}

/** Writes the file of the deployment, and answers its path. Ports and store are named by variables. */
export async function writeDeployment(directory: string, groups: readonly SoakGroup[], seed: number): Promise<string> {
  const path = join(directory, 'soak.yaml');
  // JSON is YAML
  await writeFile(path, JSON.stringify(deploymentOf(groups, seed), null, 2));
  return path;
}

function deploymentOf(groups: readonly SoakGroup[], seed: number): object {
  const host = '127.0.0.1';
  return {
    server: { dbid: 156, name: 'OCServer' },
    listeners: { direct: { host, port: 0 }, tevents: { host, port: 0 }, http: { host, port: 0 } },
    store: { url: 'postgres://nobody@127.0.0.1:1/none' },
    agents: groups.flatMap(({ agents }) => agents).map((id) => ({ id, name: `Agent ${id}` })),
    groups: groups.map(({ campaign, agents }, index) => ({ dbid: 731 + index, name: `Agents of ${campaign}`, agents })),
    // an attempt is counted before a call: every kill costs the records that are called one
    callingLists: groups.map(({ list, listDbid, table }) => ({ dbid: listDbid, name: list, table, maxAttempts: 100_000 })),
    campaigns: groups.map(({ campaign, campaignDbid, list }) => ({ dbid: campaignDbid, name: campaign, lists: [{ list, weight: 10 }] })),
    campaignGroups: groups.map(({ dbid, mode, campaignDbid }, index) => ({
      dbid,
      campaign: campaignDbid,
      group: 731 + index,
      dialMode: mode,
      agentGrace: AGENT_GRACE,
      replayWindow: `${REPLAY_WINDOW_MS / 1000}s`,
      retrievalInterval: '1s',
      unloadTimeout: '20s',
    })),
    dialer: { type: 'simulated', seed, ring: { min: '50ms', max: '800ms' }, talk: { min: '100ms', max: '1500ms' }, results: { Answer: 0.6, NoAnswer: 0.2, Busy: 0.1, AnsweringMachine: 0.1 } },
  };
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface Shape {
  /** Campaign groups, each with a campaign and a list of its own. */
  readonly groups: number;
  /** Agents of each group; the first works its record. */
  readonly agents: number;
  /** Bytes of each campaign's description, which every notification carries. */
  readonly descriptionBytes?: number;
  readonly outboxBytes?: string;
}

/** Agent ids are DNs too, and all are equally long, so that everybody's events are. */
export function agentsOf({ groups, agents }: Pick<Shape, 'groups' | 'agents'>): string[][] {
  return Array.from({ length: groups }, (_, group) => Array.from({ length: agents }, (_none, index) => String(20_000 + group * agents + index)));
}

export const campaignId = (group: number): number => 1001 + group;
export const groupId = (group: number): number => 3001 + group;
export const listName = (group: number): string => `List${group}`;
export const campaignName = (group: number): string => `Spring${String(group).padStart(2, '0')}`;

/** Writes the configuration of a gateway with an embedded store in `directory` and answers its path. */
export async function writeDeployment(directory: string, shape: Shape): Promise<string> {
  const groups = agentsOf(shape);
  const listener = { host: '127.0.0.1', port: 0 };
  const config = {
    server: { dbid: 156, name: 'Bench' },
    listeners: { direct: listener, tevents: listener, http: listener },
    store: { url: `pglite:${join(directory, 'store')}` },
    log: { level: 'info', trace: false },
    // the clients only count: they do not answer questions whether they are there
    limits: { heartbeatInterval: '1h', heartbeatTimeout: '2h', ...(shape.outboxBytes !== undefined && { outboxBytes: shape.outboxBytes }) },
    timeZones: [{ dbid: 1, name: 'GMT', zone: 'Etc/UTC' }],
    agents: groups.flat().map((id) => ({ id, name: `Agent ${id}` })),
    groups: groups.map((agents, group) => ({ dbid: groupId(group), name: `Sales${String(group).padStart(2, '0')}`, agents })),
    callingLists: groups.map((_, group) => ({ dbid: 501 + group, name: listName(group), table: `cl_${group}` })),
    campaigns: groups.map((_, group) => ({
      dbid: campaignId(group),
      name: campaignName(group),
      description: 'x'.repeat(shape.descriptionBytes ?? 0),
      lists: [{ list: listName(group), weight: 10 }],
    })),
    campaignGroups: groups.map((_, group) => ({ dbid: 5001 + group, campaign: campaignId(group), group: groupId(group), dialMode: 'Preview' })),
  };
  const path = join(directory, 'ocm.yaml');
  await writeFile(path, stringify(config));
  return path;
}

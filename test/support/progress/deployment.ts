import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A campaign of its own list, dialed in Progress by a group of its own; all of them bear its name. */
export interface ProgressCampaign {
  readonly name: string;
  readonly agents: readonly string[];
  readonly records: number;
}

/** Shortest and longest, as durations. */
type Range = readonly [min: string, max: string];

const range = ([min, max]: Range) => ({ min, max });

export interface ProgressSettings {
  readonly seed: number;
  readonly ring: Range;
  readonly talk: Range;
  readonly results: Readonly<Record<string, number>>;
  /** Keys of every campaign group. */
  readonly group?: Readonly<Record<string, unknown>>;
}

/** DBIDs of a campaign and of what belongs to it, by its place in the deployment. */
export const dbidsOf = (index: number) => ({ campaign: 101 + index, group: 732 + index, campaignGroup: 1001 + index, list: 501 + index });

export const tableOf = ({ name }: ProgressCampaign): string => `cl_${name.toLowerCase()}`;

/** The phones of a campaign's records: nobody else's in the deployment. */
export function phonesOf(index: number, { records }: ProgressCampaign): string[] {
  return Array.from({ length: records }, (_, record) => `55${index}${String(record).padStart(5, '0')}`);
}

/** What customer_name of a record is. */
export const customerOf = (phone: string): string => `Customer ${phone}`;

/** Writes the file of a deployment into a directory, and answers its path. Ports and store are to be named by variables. */
export async function writeDeployment(directory: string, campaigns: readonly ProgressCampaign[], settings: ProgressSettings): Promise<string> {
  const path = join(directory, 'progress.yaml');
  // JSON is YAML
  await writeFile(path, JSON.stringify(deploymentOf(campaigns, settings), null, 2));
  return path;
}

function deploymentOf(campaigns: readonly ProgressCampaign[], { seed, ring, talk, results, group = {} }: ProgressSettings): object {
  const host = '127.0.0.1';
  return {
    server: { dbid: 156, name: 'OCServer' },
    listeners: { direct: { host, port: 7010 }, tevents: { host, port: 7011 }, http: { host, port: 8098 } },
    store: { url: 'pglite:./store' },
    agents: [...new Set(campaigns.flatMap(({ agents }) => agents))].map((id) => ({ id, name: `Agent ${id}` })),
    groups: campaigns.map(({ name, agents }, index) => ({ dbid: dbidsOf(index).group, name, agents })),
    callingLists: campaigns.map((campaign, index) => ({
      dbid: dbidsOf(index).list,
      name: campaign.name,
      table: tableOf(campaign),
      maxAttempts: 1000,
      customFields: { customer_name: 'varchar', note: 'varchar' },
    })),
    campaigns: campaigns.map(({ name }, index) => ({ dbid: dbidsOf(index).campaign, name, lists: [{ list: name, weight: 10 }] })),
    campaignGroups: campaigns.map((_, index) => {
      const { campaignGroup: dbid, campaign, group: agents } = dbidsOf(index);
      return { dbid, campaign, group: agents, dialMode: 'Progress', retrievalInterval: '500ms', ...group };
    }),
    dialer: { type: 'simulated', seed, ring: range(ring), talk: range(talk), results },
  };
}

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';

export const AGENTS = 8;
/** The list and the campaign that agents work. */
export const WORKED = 'Spring';
/** The list that the file comes into: another campaign's, which is not loaded. */
export const FILLED = 'Autumn';
export const CAMPAIGN_ID = 101;
export const GROUP_ID = 732;

export const agentIds = (): string[] => Array.from({ length: AGENTS }, (_, index) => String(1001 + index));

/** Writes the deployment of the bench: eight Preview agents on one list, and a second list. */
export async function writeDeployment(file: string, store: string): Promise<void> {
  const customFields = { customer_name: 'varchar' };
  const deployment = {
    server: { dbid: 156, name: 'OCServer' },
    listeners: {
      direct: { host: '127.0.0.1', port: 7010 },
      tevents: { host: '127.0.0.1', port: 7011 },
      http: { host: '127.0.0.1', port: 8098 },
    },
    store: { url: store },
    log: { level: 'info', trace: false },
    timeZones: [{ dbid: 1, name: 'GMT', zone: 'Etc/UTC' }],
    agents: agentIds().map((id) => ({ id, name: `Agent ${id}` })),
    groups: [{ dbid: GROUP_ID, name: 'Sales', agents: agentIds() }],
    callingLists: [
      { dbid: 501, name: WORKED, table: 'cl_spring', customFields },
      { dbid: 502, name: FILLED, table: 'cl_autumn', customFields },
    ],
    campaigns: [
      { dbid: CAMPAIGN_ID, name: WORKED, description: '', lists: [{ list: WORKED, weight: 10 }] },
      { dbid: 102, name: FILLED, description: '', lists: [{ list: FILLED, weight: 10 }] },
    ],
    campaignGroups: [
      { dbid: 1001, campaign: CAMPAIGN_ID, group: GROUP_ID, dialMode: 'Preview' },
      { dbid: 1002, campaign: 102, group: GROUP_ID, dialMode: 'Preview' },
    ],
  };
  await writeFile(file, JSON.stringify(deployment));
}

/** Rows of a chain, where rows name their chains. */
const CHAIN = 2;

/**
 * Writes a file of records. `chained`: they come in pairs, each pair a chain that it names, so that each is checked against the others;
 * else each is a chain of its own.
 */
export async function writeRecords(file: string, rows: number, chained: boolean): Promise<void> {
  const out = createWriteStream(file);
  out.write(`contact_info,customer_name,tz_dbid${chained ? ',chain_id,chain_n' : ''}\n`);
  for (let row = 0; row < rows; row += 1) {
    const chain = chained ? `,${1 + Math.floor(row / CHAIN)},${row % CHAIN}` : '';
    if (!out.write(`555${String(row).padStart(7, '0')},"Customer, number ${row}",1${chain}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

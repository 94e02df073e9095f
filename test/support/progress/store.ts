import { openEmbedded } from '../../../src/store/embedded/open.js';
import type { JournalRecord } from '../../../src/store/statements/journal.js';
import { dbidsOf, type ProgressCampaign, tableOf } from './deployment.js';

export interface ListRow {
  readonly contact_info: string;
  readonly record_status: number;
  readonly call_result: number | null;
  readonly attempt: number;
  readonly agent_id: string | null;
  readonly note: string | null;
}

/** A record that was out: on a call, and then perhaps with an agent. */
export interface OutRow {
  readonly handle: number;
  readonly phone: string;
  readonly agent_id: string | null;
  readonly call_state: string | null;
  readonly ended: boolean;
}

/** What a stopped store holds of a campaign. */
export interface StoredCampaign {
  readonly rows: readonly ListRow[];
  readonly outs: readonly OutRow[];
  readonly journal: readonly JournalRecord[];
}

export async function readCampaigns(directory: string, campaigns: readonly ProgressCampaign[]): Promise<StoredCampaign[]> {
  const { client } = await openEmbedded(directory, 'tests');
  try {
    const stored: StoredCampaign[] = [];
    for (const [index, campaign] of campaigns.entries()) {
      const { list, campaignGroup } = dbidsOf(index);
      const table = tableOf(campaign);
      stored.push({
        rows: await client.query<ListRow>(`SELECT contact_info, record_status, call_result, attempt, agent_id, note FROM ${table} ORDER BY record_id`),
        outs: await client.query<OutRow>(
          `SELECT h.handle, r.contact_info AS phone, h.agent_id, h.call_state, h.ended_at IS NOT NULL AS ended
           FROM ocm_hand_out h JOIN ${table} r USING (record_id) WHERE h.list_dbid = $1 ORDER BY h.handle`,
          [list],
        ),
        journal: await client.query<JournalRecord>('SELECT * FROM ocm_journal WHERE group_dbid = $1 ORDER BY position', [campaignGroup]),
      });
    }
    return stored;
  } finally {
    await client.close();
  }
}

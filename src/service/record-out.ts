import { CallResult } from '../../protocol/dictionary/enumerations.js';
import type { Chain } from '../record/chain.js';
import type { HandOut, RecordOut } from '../record/hand-out.js';
import type { HandOutRow } from '../store/statements/hand-outs.js';

/** A hand-out's row, with the chain that it is about. */
export function toRecordOut(row: HandOutRow, chain: Chain): RecordOut {
  return {
    handle: row.handle,
    groupDbid: row.group_dbid,
    session: row.session,
    chain,
    agentId: row.agent_id,
    attempt: row.attempt,
    attemptGuid: row.attempt_guid,
    callResult: row.call_result ?? (row.call_state === 'answered' ? CallResult.Answer : null),
    handedAt: row.handed_at,
    call: row.call_state ?? 'none',
  };
}

/** Whether an agent has it. */
export function isWithAgent(record: RecordOut): record is HandOut {
  return record.agentId !== null;
}

import { RecordStatus } from '../../protocol/dictionary/enumerations.js';
import { type Ending, type RecordOut, resultOf } from '../record/hand-out.js';
import type { EndedRow } from '../store/statements/list-rows.js';

/** The row of a record whose hand-out ends: who had it and what came of it. */
export function endedRow(handOut: RecordOut, ending: Exclude<Ending, { kind: 'ready' }>): EndedRow {
  const [record, ...others] = handOut.chain.records;
  const later = ending.kind === 'later' ? ending : undefined;
  return {
    recordId: record.recordId,
    chainId: handOut.chain.chainId,
    status: ending.kind === 'later' ? RecordStatus.Ready : ending.status,
    callResult: resultOf(handOut, ending),
    agentId: handOut.agentId,
    callTimeSeconds: ending.calledAt === null ? null : Math.floor(ending.calledAt / 1000),
    attempts: ending.attempts,
    customFields: ending.customFields,
    recordType: ending.recordType ?? null,
    dialSchedTime: later?.dueAtSeconds ?? null,
    treatments: later?.treatments ?? null,
    others: othersOf(ending, others.length > 0),
    nextDueAt: ending.kind === 'next' ? ending.dueAtSeconds : null,
  };
}

/** A record that joined the chain while it was in hand is not known here: only what is said of the whole chain is said of it too. */
function othersOf(ending: Exclude<Ending, { kind: 'ready' }>, any: boolean): EndedRow['others'] {
  if (ending.kind === 'final' && ending.marksChain === true) return 'likeThis';
  if (!any) return 'none';
  return ending.kind === 'final' ? 'chainUpdated' : 'ready';
}

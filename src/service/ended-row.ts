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
    others: others.length === 0 ? 'none' : ending.kind === 'final' ? (ending.marksChain === true ? 'likeThis' : 'chainUpdated') : 'ready',
    nextDueAt: ending.kind === 'next' ? ending.dueAtSeconds : null,
  };
}

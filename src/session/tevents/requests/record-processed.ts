import { CallResult, keys, RecordStatus } from '../../../../protocol/index.js';
import type { RecordField } from '../../../lists/record-fields.js';
import { customFieldsOf } from '../../../user-data/custom-fields.js';
import { UserDataError } from '../../../user-data/reader.js';
import { endRecord } from './record-end.js';
import type { AgentRequest } from './request.js';

const FINAL: ReadonlySet<number> = new Set([
  RecordStatus.Updated,
  RecordStatus.Stale,
  RecordStatus.Cancelled,
  RecordStatus.AgentError,
  RecordStatus.ChainUpdated,
  RecordStatus.MissedCallBack,
]);

/** RecordProcessed: the agent's last word on a record. Without a status it is Updated; a Preview attempt counts now. */
export function recordProcessed(request: AgentRequest): void {
  const { data, parts } = request;
  const callResult = data.member(keys.GSW_CALL_RESULT, CallResult) ?? null;
  const status = data.member(keys.GSW_RECORD_STATUS, RecordStatus) ?? RecordStatus.Updated;
  if (!FINAL.has(status)) {
    throw new UserDataError('BadValue', `${keys.GSW_RECORD_STATUS} is ${status}; a record is ended with a final status`);
  }
  if (data.has(keys.GSW_TREATMENT)) throw new UserDataError('BadValue', `${keys.GSW_TREATMENT} is not supported yet`);
  const calledAt = parts.clock.now();
  endRecord(request, 'RecordProcessedAcknowledge', (known: readonly RecordField[]) => {
    const custom = customFieldsOf(data.list, known);
    if (custom.kind === 'refused') return custom;
    return { kind: 'final', status, callResult, attempts: 1, calledAt, customFields: custom.fields };
  });
}

import { CallResult, keys, RecordStatus, UserEventError } from '../../../../protocol/index.js';
import { attemptsToCount } from '../../../record/hand-out.js';
import { applyTreatment } from '../../../record/treatments.js';
import type { EndRequest } from '../../../service/record-requests.js';
import { customFieldsOf } from '../../../user-data/custom-fields.js';
import { zoneOf } from '../../../user-data/events.js';
import { UserDataError } from '../../../user-data/reader.js';
import { localZone } from '../../../util/time-zone.js';
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

/** Short forms are taken too: the published names of the two are not those of the wire. */
const TREATMENTS = ['RecordTreatPersonal', 'RecordTreatCampaign', 'Personal', 'Campaign'] as const;

/**
 * RecordProcessed: the agent's last word on a record. Without a status it is Updated; a Preview attempt
 * counts now, unless its result was reported before. GSW_TREATMENT has the list's treatment of the result
 * decide instead.
 */
export function recordProcessed(request: AgentRequest): void {
  const { data, parts } = request;
  const callResult = data.member(keys.GSW_CALL_RESULT, CallResult) ?? null;
  const status = data.member(keys.GSW_RECORD_STATUS, RecordStatus) ?? RecordStatus.Updated;
  if (!FINAL.has(status)) {
    throw new UserDataError('BadValue', `${keys.GSW_RECORD_STATUS} is ${status}; a record is ended with a final status`);
  }
  const treatment = data.choice(keys.GSW_TREATMENT, TREATMENTS);
  const calledAt = parts.clock.now();
  endRecord(request, 'RecordProcessedAcknowledge', ({ handOut, customFields }) => {
    const custom = customFieldsOf(data.list, customFields);
    if (custom.kind === 'refused') return custom;
    const written = { callResult, attempts: attemptsToCount(handOut), calledAt, customFields: custom.fields };
    if (treatment === undefined) return { kind: 'final', status, ...written };
    return treated(request, handOut, written, treatment.endsWith('Personal'));
  });
}

type Written = Parameters<typeof applyTreatment>[0]['written'];

function treated(
  { parts }: AgentRequest,
  handOut: Parameters<EndRequest['ending']>[0]['handOut'],
  written: Omit<Written, 'callResult'> & { readonly callResult: number | null },
  personal: boolean,
): ReturnType<EndRequest['ending']> {
  const callResult = written.callResult ?? handOut.callResult;
  if (callResult === null) {
    return { kind: 'refused', number: UserEventError.MissingKey, message: `${keys.GSW_CALL_RESULT} is missing; ${keys.GSW_TREATMENT} is of a result` };
  }
  const { chain } = handOut;
  const treatments = parts.deployment.callingLists.find(({ dbid }) => dbid === chain.listDbid)?.treatments ?? [];
  const zone = zoneOf(parts.deployment, chain.records[0])?.zone ?? localZone();
  return applyTreatment({ treatments, chain, written: { ...written, callResult }, nowMs: parts.clock.now(), zone, personal });
}

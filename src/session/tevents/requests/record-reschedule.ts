import { CallResult, keys, RecordType, UserEventError } from '../../../../protocol/index.js';
import type { RecordData } from '../../../record/chain.js';
import { attemptsToCount } from '../../../record/hand-out.js';
import { customFieldsOf } from '../../../user-data/custom-fields.js';
import { zoneOf } from '../../../user-data/events.js';
import { UserDataError } from '../../../user-data/reader.js';
import { DATE_TIME_FORM, parseDateTime, secondsOfDateTime } from '../../../util/date-time-text.js';
import { localZone } from '../../../util/time-zone.js';
import { endRecord } from './record-end.js';
import type { AgentRequest } from './request.js';

const SCHEDULED: ReadonlySet<number> = new Set([
  RecordType.CampaignRescheduled,
  RecordType.PersonalRescheduled,
  RecordType.PersonalCallBack,
  RecordType.CampaignCallBack,
]);

/**
 * RecordReschedule: the record becomes a callback, of the campaign or of this agent, at a time on the
 * clocks of its own zone (without one, of the gateway's). A time that is past is due at once. Where a result
 * comes with it, it is written and counts the attempt.
 */
export function recordReschedule(request: AgentRequest): void {
  reschedule(request, (record) => (SCHEDULED.has(record.recordType) ? 'ScheduledRecordRescheduleAcknowledge' : 'RecordRescheduleAcknowledge'));
}

/** ScheduledRecordReschedule: the same, of a record that was scheduled already. */
export function scheduledRecordReschedule(request: AgentRequest): void {
  reschedule(request, () => 'ScheduledRecordRescheduleAcknowledge');
}

function reschedule(request: AgentRequest, acknowledgedBy: (record: RecordData) => string): void {
  const { data, parts } = request;
  const text = data.requiredText(keys.GSW_DATE_TIME);
  const message = `${keys.GSW_DATE_TIME} is '${text.slice(0, 40)}'; it takes ${DATE_TIME_FORM}`;
  if (parseDateTime(text) === undefined) throw new UserDataError('BadValue', message);
  const personal = data.choice(keys.GSW_CALLBACK_TYPE, ['Campaign', 'Personal']) === 'Personal';
  const callResult = data.member(keys.GSW_CALL_RESULT, CallResult) ?? null;
  const nowMs = parts.clock.now();
  endRecord(request, ({ chain }) => acknowledgedBy(chain.records[0]), ({ handOut, customFields }) => {
    const custom = customFieldsOf(data.list, customFields);
    if (custom.kind === 'refused') return custom;
    const dueAtSeconds = secondsOfDateTime(text, zoneOf(parts.deployment, handOut.chain.records[0])?.zone ?? localZone());
    if (dueAtSeconds === undefined) return { kind: 'refused', number: UserEventError.BadValue, message };
    return {
      kind: 'later',
      recordType: personal ? RecordType.PersonalCallBack : RecordType.CampaignCallBack,
      dueAtSeconds,
      treatments: null,
      retry: false,
      callResult,
      attempts: callResult === null ? 0 : attemptsToCount(handOut),
      calledAt: callResult === null ? null : nowMs,
      customFields: custom.fields,
    };
  });
}

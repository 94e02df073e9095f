import { CallResult, ContactType, int, type KeyName, keys, type KvList, nameOf, RecordStatus, RecordType, string } from '../../../../protocol/index.js';
import type { CallingList } from '../../../config/deployment.js';
import { type FieldValue, RECORD_FIELDS, type RecordFieldName } from '../../../lists/record-fields.js';
import { valueParser } from '../../../lists/record-values.js';
import { customFieldsOf } from '../../../user-data/custom-fields.js';
import { userEvent } from '../../../user-data/events.js';
import { UserDataError } from '../../../user-data/reader.js';
import { DATE_TIME_FORM, secondsOfDateTime } from '../../../util/date-time-text.js';
import { localZone } from '../../../util/time-zone.js';
import { type AgentRequest, campaignNamed } from './request.js';

type Fields = Readonly<Record<string, FieldValue>>;

/** Record types that only their agent may have. */
const PERSONAL: ReadonlySet<FieldValue> = new Set([RecordType.PersonalRescheduled, RecordType.PersonalCallBack]);

/** AddRecord: a new record, in a chain of its own or behind the last of one that is there. */
export function addRecordRequest(request: AgentRequest): void {
  const { parts, data, answer, refuse } = request;
  const list = listNamed(request);
  const campaign = campaignNamed(request) ?? campaignOf(request, list);
  const chainId = data.integer(keys.GSW_CHAIN_ID);
  const fields = fieldsOf(request, list);
  void parts.gateway.records.add({ listDbid: list.dbid, chainId, fields }).then((outcome) => {
    if (outcome.kind === 'refused') return refuse(outcome);
    answer([
      ...userEvent('AddRecordAcknowledge', parts.deployment, campaign),
      { key: keys.GSW_CALLING_LIST, value: string(list.name) },
      ...told(request, outcome.row),
      { key: keys.GSW_CHAIN_ID, value: int(outcome.chainId) },
      { key: keys.GSW_CHAIN_N, value: int(outcome.chainN) },
    ]);
  });
}

function listNamed({ parts, data }: AgentRequest): CallingList {
  const wanted = data.requiredText(keys.GSW_CALLING_LIST);
  const list = parts.deployment.callingLists.find((one) => one.name === wanted);
  if (list === undefined) throw new UserDataError('BadValue', `${keys.GSW_CALLING_LIST}: there is no calling list '${wanted.slice(0, 64)}'`);
  return list;
}

/** A campaign of the list, if it can be one of the agent's. */
function campaignOf({ parts, seat }: AgentRequest, list: CallingList): string {
  const groups = parts.deployment.campaignGroups.filter(({ campaign }) => campaign.lists.some((one) => one.list === list));
  return (groups.find(({ group }) => group.agentIds.has(seat.agentId)) ?? groups[0])?.campaign.name ?? '';
}

function fieldsOf(request: AgentRequest, list: CallingList): Fields {
  const { data, seat } = request;
  const zone = zoneNamed(request);
  const custom = customFieldsOf(data.list, list.customFields);
  if (custom.kind === 'refused') throw new UserDataError('BadValue', custom.message);
  const phone = data.requiredText(keys.GSW_PHONE);
  if (phone.trim() === '') throw new UserDataError('BadValue', `${keys.GSW_PHONE} is empty`);
  const recordType = data.member(keys.GSW_RECORD_TYPE, RecordType);
  const agentId = data.text(keys.GSW_AGENT_ID) ?? (recordType !== undefined && PERSONAL.has(recordType) ? seat.agentId : undefined);
  const given: readonly (readonly [RecordFieldName, KeyName, FieldValue | undefined])[] = [
    ['contact_info', keys.GSW_PHONE, phone],
    ['contact_info_type', keys.GSW_PHONE_TYPE, data.member(keys.GSW_PHONE_TYPE, ContactType)],
    ['record_type', keys.GSW_RECORD_TYPE, recordType],
    ['record_status', keys.GSW_RECORD_STATUS, data.member(keys.GSW_RECORD_STATUS, RecordStatus)],
    ['call_result', keys.GSW_CALL_RESULT, data.member(keys.GSW_CALL_RESULT, CallResult)],
    ['attempt', keys.GSW_ATTEMPTS, data.integer(keys.GSW_ATTEMPTS)],
    ['dial_sched_time', keys.GSW_DATE_TIME, dialTime(request, zone?.zone ?? localZone())],
    ['daily_from', keys.GSW_FROM, data.integer(keys.GSW_FROM)],
    ['daily_till', keys.GSW_UNTIL, data.integer(keys.GSW_UNTIL)],
    ['tz_dbid', keys.GSW_TZ_NAME, zone?.dbid],
    ['agent_id', keys.GSW_AGENT_ID, agentId],
  ];
  const fields: Record<string, FieldValue> = { ...custom.fields };
  for (const [column, key, value] of given) if (value !== undefined) fields[column] = checked(column, key, value);
  if (recordType !== undefined && PERSONAL.has(recordType) && !request.parts.deployment.agents.some(({ id }) => id === agentId)) {
    throw new UserDataError('BadValue', `${keys.GSW_AGENT_ID}: there is no agent '${agentId?.slice(0, 64) ?? ''}'`);
  }
  return fields;
}

/** A value that the column takes, by the same rules as a file's. */
function checked(column: RecordFieldName, key: KeyName, value: FieldValue): FieldValue {
  const field = RECORD_FIELDS.find((one) => one.name === column);
  const parsed = field === undefined ? { value } : valueParser(field)(String(value));
  if ('value' in parsed) return parsed.value;
  throw new UserDataError('BadValue', `${key} is '${String(value).slice(0, 40)}'; it takes ${parsed.expected}`);
}

function zoneNamed({ parts, data }: AgentRequest) {
  const wanted = data.text(keys.GSW_TZ_NAME);
  if (wanted === undefined || wanted === '') return undefined;
  const zone = parts.deployment.timeZones.find((one) => one.name === wanted);
  if (zone === undefined) throw new UserDataError('BadValue', `${keys.GSW_TZ_NAME}: there is no time zone '${wanted.slice(0, 64)}' in the configuration`);
  return zone;
}

function dialTime({ data }: AgentRequest, zone: string): number | undefined {
  const given = data.text(keys.GSW_DATE_TIME);
  if (given === undefined) return undefined;
  const seconds = secondsOfDateTime(given, zone);
  if (seconds === undefined) throw new UserDataError('BadValue', `${keys.GSW_DATE_TIME} is '${given.slice(0, 40)}'; it takes ${DATE_TIME_FORM}`);
  return seconds;
}

type Shown = FieldValue | undefined;
const text = (key: KeyName, value: Shown): KvList => (typeof value === 'string' ? [{ key, value: string(value) }] : []);
const number = (key: KeyName, value: Shown): KvList => (typeof value === 'number' ? [{ key, value: int(value) }] : []);
const name = (key: KeyName, enumeration: Readonly<Record<string, number>>, value: Shown): KvList =>
  typeof value === 'number' ? text(key, nameOf(enumeration, value)) : [];

/** The row as it was written, in the types that are documented: enumerations by name, call results by number. */
function told({ parts }: AgentRequest, row: Fields): KvList {
  const zone = parts.deployment.timeZones.find(({ dbid }) => dbid === row['tz_dbid']);
  return [
    ...text(keys.GSW_PHONE, row['contact_info']),
    ...name(keys.GSW_PHONE_TYPE, ContactType, row['contact_info_type']),
    ...name(keys.GSW_RECORD_TYPE, RecordType, row['record_type']),
    ...name(keys.GSW_RECORD_STATUS, RecordStatus, row['record_status']),
    ...number(keys.GSW_CALL_RESULT, row['call_result']),
    ...number(keys.GSW_ATTEMPTS, row['attempt']),
    ...number(keys.GSW_FROM, row['daily_from']),
    ...number(keys.GSW_UNTIL, row['daily_till']),
    ...text(keys.GSW_TZ_NAME, zone?.name),
    ...text(keys.GSW_AGENT_ID, row['agent_id']),
  ];
}

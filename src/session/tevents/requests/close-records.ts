import { CallResult, int, keys, type KvList, string, UserEventError } from '../../../../protocol/index.js';
import type { CallingList } from '../../../config/deployment.js';
import { type CloseKind, closingOf } from '../../../service/record-closer.js';
import { userEvent } from '../../../user-data/events.js';
import { UserDataError } from '../../../user-data/reader.js';
import { contentOf, endRecord } from './record-end.js';
import { type AgentRequest, campaignNamed } from './request.js';

/** The longest number that the do-not-call list takes. */
const LONGEST = 64;

const ACKNOWLEDGMENTS: Readonly<Record<CloseKind, string>> = { cancel: 'RecordCancelAcknowledge', doNotCall: 'DoNotCallAcknowledge' };

/** What RequestRecordCancel and DoNotCall do: close the record in hand, or what waits of a number or a customer. */
export function closeRecords(request: AgentRequest, kind: CloseKind): void {
  const { data, parts } = request;
  const wholeChain = data.choice(keys.GSW_CHAIN_ATTR, ['AllChain', 'RecordOnly']) === 'AllChain';
  const customerId = checkedText(request, keys.GSW_CUSTOMER_ID, kind) ?? null;
  if (!data.has(keys.GSW_RECORD_HANDLE)) return byName(request, kind, wholeChain, customerId);
  endRecord(request, ACKNOWLEDGMENTS[kind], ({ handOut }) => {
    if (kind === 'doNotCall' && handOut.chain.records[0].phone.length > LONGEST) {
      return { kind: 'refused', number: UserEventError.BadValue, message: `the record's number is longer than the ${LONGEST} characters that the do-not-call list takes` };
    }
    const group = parts.deployment.campaignGroups.find(({ dbid }) => dbid === handOut.groupDbid);
    return closingOf(kind, { wholeChain, customerId, campaignId: group?.campaign.dbid ?? null });
  });
}

/** Those of a number, else of a customer. Nothing that waits is as good as closed: it is acknowledged too. */
function byName(request: AgentRequest, kind: CloseKind, wholeChain: boolean, customerId: string | null): void {
  const { parts, seat, data, answer, refuse } = request;
  const phone = checkedText(request, keys.GSW_PHONE, kind);
  if (phone === undefined && customerId === null) {
    throw new UserDataError('MissingKey', `${keys.GSW_RECORD_HANDLE} is missing; ${keys.GSW_PHONE} or ${keys.GSW_CUSTOMER_ID} would do`);
  }
  const of = phone === undefined ? { customerId: customerId ?? '' } : { phone };
  const campaign = campaignNamed(request);
  const lists = kind === 'cancel' ? listsOf(request, campaign) : parts.deployment.callingLists;
  if (phone === undefined && kind === 'cancel' && !lists.some(hasCustomerId)) {
    throw new UserDataError('BadValue', `${keys.GSW_CUSTOMER_ID}: none of the lists has a field customer_id`);
  }
  const campaignId = parts.deployment.campaigns.find(({ name }) => name === campaign)?.dbid ?? null;
  const order = { kind, agentId: seat.agentId, of, customerId, wholeChain, listDbids: lists.map(({ dbid }) => dbid), campaignId };
  const about = named(request);
  void parts.gateway.records.close(order, contentOf(data.list)).then((outcome) => {
    if (outcome.kind === 'refused') return refuse(outcome);
    answer([
      ...userEvent(ACKNOWLEDGMENTS[kind], parts.deployment, campaign ?? ''),
      ...about,
      { key: keys.GSW_CALL_RESULT, value: int(kind === 'cancel' ? CallResult.CancelRecord : CallResult.DoNotCall) },
    ]);
  });
}

/** What the request named, in the documented type. */
function named({ data }: AgentRequest): KvList {
  return ([keys.GSW_CALLING_LIST, keys.GSW_PHONE, keys.GSW_CUSTOMER_ID] as const).flatMap((key) => {
    const text = data.text(key);
    return text === undefined ? [] : [{ key, value: string(text) }];
  });
}

/** The lists of the campaign, or of all campaigns of the agent; the one that is named, where one is. */
function listsOf({ parts, seat, data }: AgentRequest, campaign: string | undefined): readonly CallingList[] {
  const groups = parts.deployment.campaignGroups.filter(({ group }) => group.agentIds.has(seat.agentId));
  const theirs = groups.filter((group) => campaign === undefined || group.campaign.name === campaign);
  if (theirs.length === 0) throw new UserDataError('NotAllowed', `agent ${seat.agentId} is in no group of campaign '${campaign ?? ''}'`);
  const lists = [...new Set(theirs.flatMap((group) => group.campaign.lists.map(({ list }) => list)))];
  const name = data.text(keys.GSW_CALLING_LIST);
  if (name === undefined) return lists;
  const list = lists.find((one) => one.name === name);
  if (list !== undefined) return [list];
  throw new UserDataError('BadValue', `${keys.GSW_CALLING_LIST} is '${name.slice(0, 64)}'; it takes one of ${lists.map((one) => one.name).join(', ')}`);
}

const hasCustomerId = (list: CallingList): boolean => list.customFields.some(({ name }) => name.toLowerCase() === 'customer_id');

function checkedText({ data }: AgentRequest, key: 'GSW_PHONE' | 'GSW_CUSTOMER_ID', kind: CloseKind): string | undefined {
  const text = data.text(key);
  if (text === undefined) return undefined;
  if (text.trim() === '') throw new UserDataError('BadValue', `${key} is empty`);
  if (kind === 'doNotCall' && text.length > LONGEST) throw new UserDataError('BadValue', `${key} takes at most ${LONGEST} characters`);
  if (text.includes('\0')) throw new UserDataError('BadValue', `${key} has a NUL, which no record can have`);
  return text;
}

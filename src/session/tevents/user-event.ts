import { ErrorCode, keys, nameOf, type ReadMessage, UserEventError } from '../../../protocol/index.js';
import { errorUserEvent } from '../../user-data/events.js';
import { echoOf, UserData, UserDataError } from '../../user-data/reader.js';
import type { UserEventRefusal } from '../../service/ports.js';
import { CONTROL_REQUESTS, controlRequest } from './control.js';
import type { DesktopLine } from './desktop-line.js';
import type { TEventParts } from './parts.js';
import { previewDialingModeOver, previewDialingModeStart } from './requests/preview-dialing-mode.js';
import { campaignStatusRequest } from './requests/campaign-status.js';
import { previewRecordRequest } from './requests/preview-record.js';
import { addRecordRequest } from './requests/add-record.js';
import { doNotCall } from './requests/do-not-call.js';
import { requestRecordCancel } from './requests/record-cancel.js';
import { logOutOfCampaign } from './requests/log-out.js';
import { chainedRecordRequest } from './requests/chained-record.js';
import { recordProcessed } from './requests/record-processed.js';
import { recordReject } from './requests/record-reject.js';
import { recordReschedule, scheduledRecordReschedule } from './requests/record-reschedule.js';
import { updateCallCompletionStats } from './requests/update-call-completion-stats.js';
import type { AgentRequest } from './requests/request.js';
import { sayOnDn } from './reply.js';
import type { Registered } from './state.js';

/** The desktops' requests, by GSW_AGENT_REQ_TYPE. One file each. */
const AGENT_REQUESTS: ReadonlyMap<string, (request: AgentRequest) => void> = new Map([
  ['CampaignStatusRequest', campaignStatusRequest],
  ['PreviewDialingModeStart', previewDialingModeStart],
  ['PreviewDialingModeOver', previewDialingModeOver],
  ['PreviewRecordRequest', previewRecordRequest],
  ['UpdateCallCompletionStats', updateCallCompletionStats],
  ['RecordProcessed', recordProcessed],
  ['RecordReject', recordReject],
  ['RecordReschedule', recordReschedule],
  ['ScheduledRecordReschedule', scheduledRecordReschedule],
  ['RequestRecordCancel', requestRecordCancel],
  ['DoNotCall', doNotCall],
  ['ChainedRecordRequest', chainedRecordRequest],
  ['AddRecord', addRecordRequest],
  ['LogOut', logOutOfCampaign],
]);

/**
 * 48 and 49: a request in user data. It is acknowledged first; what it comes to follows as a user event
 * on the DN, and nothing stays without an answer, whatever is wrong with it.
 */
export function distributeUserEvent(
  parts: TEventParts,
  desktop: DesktopLine,
  client: Registered,
  { attributes }: ReadMessage<'RequestDistributeUserEvent' | 'RequestSendEvent'>,
): void {
  const dn = attributes.AttributeThisDN;
  desktop.send('EventACK', { AttributeThisDN: dn, AttributeReferenceID: attributes.AttributeReferenceID });
  const data = new UserData(attributes.AttributeUserData);
  const echo = echoOf(data.list);
  const answered = desktop.line.begin();
  const answer: AgentRequest['answer'] = (userData) => {
    sayOnDn(parts, dn, [...userData, ...echo]);
    answered();
  };
  const refuse = ({ number, message, handle }: Omit<UserEventRefusal, 'kind'>, names: Readonly<Record<string, number>> = UserEventError): void => {
    desktop.line.refused(nameOf<string>(names, number) ?? String(number));
    sayOnDn(parts, dn, errorUserEvent(parts.deployment, number, message, handle, echo));
    answered();
  };
  try {
    const type = data.requiredText(keys.GSW_AGENT_REQ_TYPE);
    if (CONTROL_REQUESTS.has(type)) return controlRequest(parts, client, { type, dn, data, answer, refuse: (refusal) => refuse(refusal, ErrorCode), done: answered });
    const handler = AGENT_REQUESTS.get(type);
    if (handler === undefined) throw new UserDataError('UnknownRequest', `${keys.GSW_AGENT_REQ_TYPE} is '${type.slice(0, 64)}', which is no request`);
    const seat = parts.agents.onDn(dn);
    if (seat === undefined) throw new UserDataError('NotAllowed', `${type}: no agent is logged in on DN ${dn}`);
    handler({ parts, seat, data, answer, refuse, done: answered });
  } catch (error) {
    if (!(error instanceof UserDataError)) throw error;
    const handle = handleOf(data);
    refuse({ number: error.number, message: error.message, ...(handle !== undefined && { handle }) });
  }
}

/** The handle that a refused request named, where it is readable. */
function handleOf(data: UserData): number | undefined {
  try {
    return data.integer(keys.GSW_RECORD_HANDLE);
  } catch (error) {
    if (error instanceof UserDataError) return undefined;
    throw error;
  }
}

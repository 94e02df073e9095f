import { type AttributesOf, ErrorCode, GroupCampaignStatus, makeMessage, type Message } from '../../../protocol/index.js';
import type { CampaignGroup } from '../../config/deployment.js';
import type { GroupEventKind } from '../../campaign/group-state.js';
import type { ErrorCodeName, GroupTarget } from '../../campaign/requests.js';
import type { JournalRow } from '../../journal/row.js';
import type { CampaignOutcome, GroupSnapshot } from '../../service/ports.js';

/** What a group's changes and answers are in GSW_CM (protocol/README.md, "What events carry"). */

const EVENT_OF = {
  Loaded: 'GSW_CM_EvCampaignLoaded',
  Unloaded: 'GSW_CM_EvCampaignUnloaded',
  Started: 'GSW_CM_EvDialingStarted',
  Stopped: 'GSW_CM_EvDialingStopped',
  ModeChanged: 'GSW_CM_EvDialingModeChanged',
  WaitingUnload: 'GSW_CM_EvCampaignStatus',
} as const satisfies Record<GroupEventKind, string>;

type StatusAttributes = AttributesOf<'GSW_CM_EvCampaignStatus'>;

function statusAttributes(
  requestId: number,
  group: CampaignGroup,
  of: Pick<GroupSnapshot, 'status' | 'dialMode' | 'optimizeBy' | 'optimizeGoal'>,
): StatusAttributes {
  return {
    GSW_CM_AttrRequestID: requestId,
    GSW_CM_AttrCampaignID: group.campaign.dbid,
    GSW_CM_AttrGroupID: group.group.dbid,
    GSW_CM_AttrSessionID: group.dbid,
    GSW_CM_AttrDialMode: of.dialMode,
    GSW_CM_AttrOptimizeBy: of.optimizeBy === 0 ? undefined : of.optimizeBy,
    GSW_CM_AttrOptimizeGoal: of.optimizeGoal ?? undefined,
    GSW_CM_AttrGroupCampaignStatus: GroupCampaignStatus[of.status],
    // 0: by request or completion, never by a schedule
    GSW_CM_AttrScheduleScriptID: 0,
  };
}

/** A journal row as an event. `requestId` is 0 for those who did not ask. */
export function eventOf(row: JournalRow, group: CampaignGroup, requestId: number): Message {
  return makeMessage(EVENT_OF[row.kind], statusAttributes(requestId, group, row));
}

/** The answer to a campaign request. */
export function answerOf(outcome: CampaignOutcome, requestId: number, target: GroupTarget): Message {
  switch (outcome.kind) {
    case 'done':
      return eventOf(outcome.event, outcome.snapshot.group, requestId);
    case 'waiting':
    case 'status':
      return makeMessage('GSW_CM_EvCampaignStatus', statusAttributes(requestId, outcome.snapshot.group, outcome.snapshot));
    case 'refused':
      return errorEvent(requestId, outcome.refusal.code, outcome.refusal.message, outcome.group === undefined ? target : idsOf(outcome.group));
  }
}

export function idsOf(group: CampaignGroup): Required<GroupTarget> {
  return { campaignId: group.campaign.dbid, groupId: group.group.dbid, sessionId: group.dbid };
}

export function errorEvent(requestId: number, code: ErrorCodeName, message: string, ids: GroupTarget = {}): Message {
  return makeMessage('GSW_CM_EvError', {
    GSW_CM_AttrRequestID: requestId,
    GSW_CM_AttrCampaignID: ids.campaignId,
    GSW_CM_AttrGroupID: ids.groupId,
    GSW_CM_AttrSessionID: ids.sessionId,
    GSW_CM_AttrErrorCode: ErrorCode[code],
    GSW_CM_AttrErrorMessage: message,
  });
}

/**
 * Enumerations that travel as numbers (or, in user data, as names or numbers). Each is a table
 * name -> number; `nameOf` goes the other way.
 */

export const DialMode = {
  NoDialMode: 0, Predict: 1, Progress: 2, Preview: 3, ProgressAndSeize: 4, PredictAndSeize: 5, Power: 6, PowerAndSeize: 7,
  PushPreview: 8, ProgressGVP: 9, PredictGVP: 10, PowerGVP: 11,
} as const;
export type DialModeName = keyof typeof DialMode;

/** What GSW_CAMPAIGN_MODE calls each dial mode; NoDialMode has no such name. */
export const CampaignMode = {
  Predict: 'Predictive', Progress: 'Progressive', Preview: 'Preview', ProgressAndSeize: 'EngagedProgressive',
  PredictAndSeize: 'EngagedPredictive', Power: 'Power', PowerAndSeize: 'EngagedPower', PushPreview: 'PushPreview',
  ProgressGVP: 'ProgressiveGVP', PredictGVP: 'PredictiveGVP', PowerGVP: 'PowerGVP',
} as const satisfies Record<Exclude<DialModeName, 'NoDialMode'>, string>;
export type CampaignModeName = (typeof CampaignMode)[keyof typeof CampaignMode];

export const OptimizeBy = {
  None: 0, BusyFactor: 1, OverdialRate: 2, WaitTime: 3, DistributionTime: 4, MaximumGain: 5,
} as const;
export type OptimizeByName = keyof typeof OptimizeBy;

export const GroupCampaignStatus = {
  NotLoaded: 0, WaitingUnload: 1, UnloadInProgress: 2, InActive: 3, Active: 4, Running: 5,
} as const;
export type GroupCampaignStatusName = keyof typeof GroupCampaignStatus;

/** GSW_CM_AttrErrorCode, and GSW_ERROR_NUMBER in answers to campaign control over a Communication DN. */
export const ErrorCode = {
  NoError: 0, ServerConnectionError: 1, RegistrationError: 2, CampaignNotFound: 3, CampaignNotLoaded: 4, CampaignAlreadyLoaded: 5,
  CampaignNotStarted: 6, CampaignAlreadyStarted: 7, GroupNotFound: 8, CampaignGroupNotFound: 9, InvalidParameter: 10,
  InvalidCampaignMode: 11, InvalidCampaignSchedule: 12, CampaignScheduleNotFound: 13, InvalidCampaignScheduleMode: 14,
  LicenseViolation: 15, WrongConfiguration: 16, PartOfSequence: 17,
} as const;
export type ErrorCodeName = keyof typeof ErrorCode;

/** AttributeErrorCode of EventError: T-Server's numbers, and from 10001 on this project's own. */
export const EventErrorCode = {
  DnNotRegistered: 59, BadParameter: 223, DnBusy: 231, AgentAlreadyLoggedIn: 527,
  ClientNotRegistered: 10001, WrongCredentials: 10002, NotAllowed: 10003, UnknownAgent: 10004, Malformed: 10005,
  UnknownMessage: 10006, StoreAway: 10007,
} as const;
export type EventErrorCodeName = keyof typeof EventErrorCode;

/** GSW_ERROR_NUMBER of the user event `Error` that refuses a desktop's request. */
export const UserEventError = {
  UnknownRequest: 1, MissingKey: 2, BadValue: 3, UnknownRecordHandle: 4, RecordNotWithAgent: 5, UnknownCampaign: 6,
  CampaignNotLoaded: 7, CampaignNotRunning: 8, WrongDialingMode: 9, NotAllowed: 10, StoreAway: 11, TooManyRecords: 12,
} as const;
export type UserEventErrorName = keyof typeof UserEventError;

export const CallResult = {
  Ok: 0, Transferred: 1, Conferenced: 2, GeneralError: 3, SystemError: 4, RemoteRelease: 5, Busy: 6, NoAnswer: 7, SITDetected: 8,
  AnsweringMachine: 9, AllTrunksBusy: 10, SITInvalidNum: 11, SITVacant: 12, SITOperIntercept: 13, SITUnknown: 14, SITNoCircuit: 15,
  SITReorder: 16, FaxDetected: 17, QueueFull: 18, Cleared: 19, Overflowed: 20, Abandoned: 21, Redirected: 22, Forwarded: 23,
  Consult: 24, Pickedup: 25, Dropped: 26, DroppedNoAnswer: 27, Unknown: 28, Covered: 29, ConverseOn: 30, Bridged: 31, Silence: 32,
  Answer: 33, NuTone: 34, NoDialTone: 35, NoProgress: 36, NoRingBack: 37, NoEstablishedDetected: 38, PagerDetected: 39,
  WrongParty: 40, DialError: 41, CallDropError: 42, SwitchError: 43, NoFreePortError: 44, TransferError: 45, Stale: 46,
  AgentCallBackError: 47, GroupCallBackError: 48, Deafened: 49, Held: 50, DoNotCall: 51, CancelRecord: 52, WrongNumber: 53,
} as const;
export type CallResultName = keyof typeof CallResult;

export const RecordType = {
  NoRecordType: 0, Unknown: 1, General: 2, CampaignRescheduled: 3, PersonalRescheduled: 4, PersonalCallBack: 5, CampaignCallBack: 6,
  NoCall: 7,
} as const;
export type RecordTypeName = keyof typeof RecordType;

export const RecordStatus = {
  NoRecordStatus: 0, Ready: 1, Retrieved: 2, Updated: 3, Stale: 4, Cancelled: 5, AgentError: 6, ChainUpdated: 7, MissedCallBack: 8,
  ChainReady: 9, Delegated: 10,
} as const;
export type RecordStatusName = keyof typeof RecordStatus;

/** contact_info_type of a calling list, GSW_PHONE_TYPE in user data. */
export const ContactType = {
  NoContactType: 0, HomePhone: 1, DirectBusinessPhone: 2, BusinessWithExt: 3, Mobile: 4, VacationPhone: 5, Pager: 6, Modem: 7,
  VoiceMail: 8, PinPager: 9, EmailAddress: 10, InstantMessaging: 11,
} as const;
export type ContactTypeName = keyof typeof ContactType;

/** The member of an enumeration that has that number; undefined where none has. */
export function nameOf<Name extends string>(enumeration: Readonly<Record<Name, number>>, value: number): Name | undefined {
  for (const name in enumeration) if (enumeration[name] === value) return name;
  return undefined;
}

/** The number of the member with exactly that name; undefined where there is none. */
export function numberOf<Value extends number>(enumeration: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(enumeration, name) ? enumeration[name] : undefined;
}

import { ErrorCode } from '../../protocol/dictionary/enumerations.js';
import type { ErrorCodeName } from '../campaign/requests.js';

/** The HTTP status of every code of the direct protocol; the only place where one becomes the other. */
const STATUS_OF: Readonly<Record<ErrorCodeName, number>> = {
  NoError: 200,
  ServerConnectionError: 503,
  RegistrationError: 403,
  CampaignNotFound: 404,
  CampaignNotLoaded: 409,
  CampaignAlreadyLoaded: 409,
  CampaignNotStarted: 409,
  CampaignAlreadyStarted: 409,
  GroupNotFound: 404,
  CampaignGroupNotFound: 404,
  InvalidParameter: 400,
  InvalidCampaignMode: 409,
  InvalidCampaignSchedule: 409,
  CampaignScheduleNotFound: 404,
  InvalidCampaignScheduleMode: 409,
  LicenseViolation: 409,
  WrongConfiguration: 404,
  PartOfSequence: 409,
};

export interface FaultOptions {
  /** Where the code alone does not say it. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is not served: what is told to the client, in whatever form its family has. */
export class HttpFault extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ErrorCodeName,
    message: string,
    { status = STATUS_OF[code], headers = {} }: FaultOptions = {},
  ) {
    super(message);
    this.name = 'HttpFault';
    this.status = status;
    this.headers = headers;
  }

  /** The number of the code. */
  get number(): number {
    return ErrorCode[this.code];
  }
}

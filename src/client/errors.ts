import { ErrorCode, EventErrorCode, findMessageByName, type MessageName, nameOf, UserEventError } from '../../protocol/index.js';

/** What a request was, for messages: the name of its message, or of the request in its user data. */
export type RequestName = MessageName | (string & {});

/** The gateway has refused a request: it has changed nothing, and the connection goes on. */
export class RequestRefused extends Error {
  /** What its enumeration calls the code; undefined for one that it does not have. */
  readonly codeName: string | undefined;

  /**
   * `code` is that of the dialect: ErrorCode (direct), EventErrorCode (T-Events), or, with `userEvent`,
   * GSW_ERROR_NUMBER of the user event `Error`.
   */
  constructor(
    readonly request: RequestName,
    readonly code: number,
    readonly reason: string,
    readonly userEvent = false,
  ) {
    super(`${request} was refused (${code}): ${reason}`);
    this.name = 'RequestRefused';
    this.codeName = nameOf<string>(codesOf(request, userEvent), code);
  }
}

function codesOf(request: RequestName, userEvent: boolean): Readonly<Record<string, number>> {
  if (userEvent) return UserEventError;
  return findMessageByName(request)?.dialect === 'GSW_CM' ? ErrorCode : EventErrorCode;
}

/** No answer came in time. What was asked may have been done all the same; an answer that comes later is dropped and counted. */
export class RequestTimedOut extends Error {
  constructor(
    readonly request: RequestName,
    readonly timeoutMs: number,
  ) {
    super(`${request} was not answered within ${timeoutMs} ms`);
    this.name = 'RequestTimedOut';
  }
}

/** There is no connection (any more). What was asked last and not answered may have been done all the same. */
export class ConnectionClosed extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'ConnectionClosed';
  }
}

/** The gateway answered with a message that is no answer to the request. */
export class UnexpectedAnswer extends Error {
  constructor(
    readonly request: RequestName,
    readonly answer: MessageName,
  ) {
    super(`${request} was answered by ${answer}, which is no answer to it`);
    this.name = 'UnexpectedAnswer';
  }
}

/** Events came faster than they were read: `count` of them are lost at this place of the stream. Reading may go on. */
export class EventsLost extends Error {
  constructor(readonly count: number) {
    super(`${count} events were lost: they came faster than they were read`);
    this.name = 'EventsLost';
  }
}

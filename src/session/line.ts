import type { Attribute, Dialect, FrameLimits, Message, ProtocolErrorCode, SharedTail, WireProfile } from '../../protocol/index.js';
import type { CloseReason } from '../net/close-reason.js';
import type { Connection } from '../net/connection.js';
import type { Tracer } from './tracer.js';
import type { Traffic } from './traffic.js';

/** A client's connection as its session sees it: messages instead of bytes, and requests under way. */
export class Line {
  readonly #connection: Connection;
  readonly #tracer: Tracer;
  readonly #traffic: Traffic;
  #inFlight = 0;
  #bytesInFlight = 0;
  /** Of the frame that is being served. */
  #servedBytes = 0;
  #waiting: (() => void)[] = [];
  #gone: AbortController | undefined;

  constructor(
    connection: Connection,
    readonly profile: WireProfile,
    readonly dialect: Dialect,
    tracer: Tracer,
    traffic: Traffic,
  ) {
    this.#connection = connection;
    this.#tracer = tracer;
    this.#traffic = traffic;
  }

  get number(): number {
    return this.#connection.number;
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  get open(): boolean {
    return this.#connection.open;
  }

  /** Aborted when the client has ended its side, or the line is closed: nobody may be waiting for an answer. */
  get gone(): AbortSignal {
    return (this.#gone ??= new AbortController()).signal;
  }

  /** The client sends no more. */
  peerEnded(): void {
    (this.#gone ??= new AbortController()).abort();
  }

  /** Place of the last journal row whose bytes the kernel has taken. */
  get lastWritten(): number | undefined {
    return this.#connection.flushedMarker;
  }

  send(message: Message): void {
    if (this.#connection.send(this.profile.encode(message))) this.#sent(message);
  }

  /** Sends a message whose tail is shared with other lines; `place` is that of the journal row it tells of. */
  sendShared(head: readonly Attribute[], tail: SharedTail, shared: readonly Attribute[], place: number): void {
    const sent = this.#connection.send(this.profile.encodeWithTail(head, tail), place);
    if (!sent) return;
    this.#traffic.sentShared(tail.dialect, tail.type);
    if (!this.#tracer.enabled) return;
    this.#tracer.message(this.number, 'sent', { dialect: tail.dialect, type: tail.type, attributes: [...head, ...shared] });
  }

  /** Sends bytes that were encoded once for many lines. */
  sendEncoded(bytes: Uint8Array, message: Message, place: number): void {
    if (!this.#connection.send(bytes, place)) return;
    this.#traffic.sentShared(message.dialect, message.type);
    this.#tracer.message(this.number, 'sent', message);
  }

  /** Sends a last message and ends the line so that it arrives. */
  finish(reason: CloseReason, last: Message): void {
    if (!this.#connection.open) return;
    this.#connection.finish(reason, this.profile.encode(last));
    this.#sent(last);
  }

  /** A message has come from the client, in so many bytes, and is served next. */
  received(message: Message, bytes: number): void {
    this.#servedBytes = bytes;
    this.#traffic.received(message);
    this.#tracer.message(this.number, 'received', message);
  }

  /** A request was refused by a message that is no error message. `code` is of a closed set. */
  refused(code: string): void {
    this.#traffic.refused(this.dialect, code);
  }

  /** What has come cannot be read on. */
  malformed(code: ProtocolErrorCode): void {
    this.#traffic.malformed(this.dialect, code);
  }

  close(reason: CloseReason): void {
    this.#connection.close(reason);
  }

  #sent(message: Message): void {
    this.#traffic.sent(message);
    this.#tracer.message(this.number, 'sent', message);
  }

  raiseLimits(limits: FrameLimits): void {
    this.#connection.setFrameLimits(limits);
  }

  /** Counts the request that is being served as under way, and its bytes as held, until the function it answers is called, once. */
  begin(): () => void {
    const bytes = this.#servedBytes;
    const release = this.#connection.hold(bytes);
    this.#underWay(1, bytes);
    let done = false;
    return () => {
      if (done) return;
      done = true;
      release();
      this.#underWay(-1, -bytes);
      for (const look of this.#waiting.splice(0)) look();
    };
  }

  #underWay(requests: 1 | -1, bytes: number): void {
    this.#inFlight += requests;
    this.#bytesInFlight += bytes;
    this.#traffic.underWay(this.dialect, requests);
  }

  /**
   * Resolves when another request may begin: fewer than `requests` are under way, and in fewer than `bytes` bytes. Whoever waits
   * for it reads nothing more of this line, and slows no other.
   */
  async room(requests: number, bytes: number): Promise<void> {
    const full = (): boolean => this.#inFlight >= requests || this.#bytesInFlight >= bytes;
    if (!full()) return;
    this.#traffic.heldBack(this.dialect);
    while (full()) await this.#oneAnswered();
  }

  /** Resolves when every request that has begun is answered: what was whole is served before a line ends. */
  async idle(): Promise<void> {
    while (this.#inFlight > 0) await this.#oneAnswered();
  }

  #oneAnswered(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

import { makeMessage, type Message, type ProtocolError, type ReadMessage, referenceIdOf, type Wrong } from '../../../protocol/index.js';
import type { Audited } from '../../access/audit.js';
import { describeRefused } from '../../access/door.js';
import { roleRefusal } from '../../access/roles.js';
import type { ClientRole } from '../../config/deployment.js';
import { printableName } from '../client-name.js';
import type { Line } from '../line.js';
import type { DialectSession } from '../session.js';
import { type CampaignMessage, isCampaignMessage, kindOf, readableOf, targetOf, toCampaignRequest } from './campaign-request.js';
import { answerOf, errorEvent } from './events.js';
import type { DirectParts } from './parts.js';
import { subscribe, unsubscribe } from './subscription.js';

type State =
  | { readonly kind: 'connected' }
  | { readonly kind: 'registered'; readonly name: string; readonly roles: ReadonlySet<ClientRole> };

/**
 * One client of the direct dialect (protocol/README.md, "Session"): first it registers, then every
 * request is answered by exactly one event.
 */
export class DirectSession implements DialectSession {
  #state: State = { kind: 'connected' };
  #lastHeartbeat = 0;

  constructor(
    private readonly line: Line,
    private readonly parts: DirectParts,
  ) {}

  get registered(): boolean {
    return this.#state.kind === 'registered';
  }

  handle(read: ReadMessage): void | Promise<void> {
    if (read.name === 'GSW_CM_EvHeartbeat') return;
    const reference = referenceIdOf(read.message) ?? 0;
    if (read.entry.direction === 'event') return this.#refuse(reference, 'InvalidParameter', `${read.name} is an event; a client sends requests`);
    if (reference === 0) return this.#refuseRequest(read, 0, 'InvalidParameter', `GSW_CM_AttrReferenceID is 0 in ${read.name}; a request needs another number`);
    if (read.name === 'GSW_CM_ReqRegisterClient') return this.#register(read, reference);
    if (this.#state.kind === 'connected') {
      return this.#refuseRequest(read, reference, 'RegistrationError', `${read.name} before GSW_CM_ReqRegisterClient: the client is not registered`);
    }
    const refusal = roleRefusal(read.name, this.#state);
    if (refusal !== undefined) return this.#refuseRequest(read, reference, 'RegistrationError', refusal);
    if (isCampaignMessage(read)) return this.#campaignRequest(read, reference, this.#state);
    switch (read.name) {
      case 'GSW_CM_ReqCampaignRegistered':
        return subscribe(this.line, this.parts, targetOf(read.attributes), reference);
      case 'GSW_CM_ReqCampaignUnregistered':
        return unsubscribe(this.line, this.parts, targetOf(read.attributes), reference);
      case 'GSW_CM_ReqHeartbeat':
        return this.line.send(makeMessage('GSW_CM_EvHeartbeat', { GSW_CM_AttrRequestID: reference }));
      default:
        return this.#refuse(reference, 'InvalidParameter', `${read.name} is not a request of this dialect`);
    }
  }

  wrong(wrong: Wrong): void {
    const kind = wrong.name === undefined ? undefined : kindOf(wrong.name);
    if (kind !== undefined) this.parts.audit.refused({ ...this.#audited(kind), ...readableOf(wrong.message) }, 'InvalidParameter');
    this.#refuse(wrong.referenceId ?? 0, 'InvalidParameter', wrong.what);
  }

  malformed(error: ProtocolError): Message {
    return errorEvent(0, 'InvalidParameter', error.message);
  }

  heartbeat(): Message {
    this.#lastHeartbeat = (this.#lastHeartbeat % 0x7fffffff) + 1;
    return makeMessage('GSW_CM_ReqHeartbeat', { GSW_CM_AttrReferenceID: this.#lastHeartbeat });
  }

  closed(): void {
    this.parts.subscriptions.remove(this.line);
  }

  async #register({ attributes }: ReadMessage<'GSW_CM_ReqRegisterClient'>, reference: number): Promise<void> {
    if (this.#state.kind === 'registered') return this.#refuse(reference, 'RegistrationError', 'the client is registered already');
    const name = attributes.GSW_CM_AttrClientName;
    // now: what follows in the same bytes is measured before the answer. Nothing more is read until then, and a refusal ends the line
    this.line.raiseLimits(this.parts.deployment.limits);
    const { remoteAddress, gone } = this.line;
    const admission = await this.parts.door.client('GSW_CM', name, attributes.GSW_CM_AttrClientPassword, remoteAddress, undefined, gone);
    // the line may have gone while the password was looked at
    if (!this.line.open) return;
    if (admission.kind !== 'admitted') {
      const words = describeRefused(admission, 'GSW_CM_AttrClientName and GSW_CM_AttrClientPassword are not those of a configured client');
      this.line.finish('registrationRefused', errorEvent(reference, admission.kind === 'busy' ? 'ServerConnectionError' : 'RegistrationError', words));
      return;
    }
    this.#state = { kind: 'registered', name: printableName(name), roles: admission.roles };
    this.line.send(makeMessage('GSW_CM_EvClientRegistered', { GSW_CM_AttrRequestID: reference }));
    if (this.parts.unsolicited === 'registered') {
      this.parts.subscriptions.add(this.line, this.parts.deployment.campaignGroups.map((group) => group.dbid));
    }
  }

  #campaignRequest(read: CampaignMessage, reference: number, client: Extract<State, { kind: 'registered' }>): void {
    const request = toCampaignRequest(read, `direct client ${client.name}`);
    const audited = { ...this.#audited(request.kind), target: request.target, flag: request.autoCompletion };
    const answered = this.line.begin();
    this.parts.gateway.request(request, {
      origin: this.line,
      answer: (outcome) => {
        this.parts.audit.record(audited, outcome);
        this.line.send(answerOf(outcome, reference, request.target));
        answered();
      },
    });
  }

  /** Who asks for what, for the audit. */
  #audited(request: string): Audited {
    return { protocol: 'GSW_CM', client: this.#state.kind === 'registered' ? this.#state.name : undefined, from: this.line.remoteAddress, request };
  }

  #refuseRequest(read: ReadMessage, reference: number, code: 'InvalidParameter' | 'RegistrationError', message: string): void {
    if (isCampaignMessage(read)) {
      const { kind, target, autoCompletion } = toCampaignRequest(read, '');
      this.parts.audit.refused({ ...this.#audited(kind), target, flag: autoCompletion }, code);
    }
    this.#refuse(reference, code, message);
  }

  #refuse(reference: number, code: 'InvalidParameter' | 'RegistrationError', message: string): void {
    this.line.send(errorEvent(reference, code, message));
  }
}

import { type Message, type ProtocolError, type ReadMessage, referenceIdOf, type Wrong } from '../../../protocol/index.js';
import { EventErrorCode } from '../../../protocol/index.js';
import { describeRefused } from '../../access/door.js';
import { REGISTER_COMMUNICATION_DN, roleRefusal } from '../../access/roles.js';
import { printableName } from '../client-name.js';
import type { DialectSession } from '../session.js';
import { registerAddress, unregisterAddress } from './address.js';
import { agentLogin, agentLogout, agentReady } from './agent.js';
import { auditUnread } from './audit-unread.js';
import type { DesktopLine } from './desktop-line.js';
import type { TEventParts } from './parts.js';
import { codeOf, refuse } from './reply.js';
import { givenToken, resumeExtension } from './resume.js';
import type { Registered } from './state.js';
import { distributeUserEvent } from './user-event.js';

type State = { readonly kind: 'connected' } | Registered;

/** Requests about a DN: it has to be registered on the line that sends them. */
type OnDn = ReadMessage<
  | 'RequestAgentLogin'
  | 'RequestAgentLogout'
  | 'RequestAgentReady'
  | 'RequestAgentNotReady'
  | 'RequestDistributeUserEvent'
  | 'RequestSendEvent'
>;

/** One desktop, or third-party application, of the T-Event dialect (protocol/README.md). */
export class TEventSession implements DialectSession {
  #state: State = { kind: 'connected' };
  #lastHeartbeat = 0;

  constructor(
    private readonly desktop: DesktopLine,
    private readonly parts: TEventParts,
  ) {}

  get registered(): boolean {
    return this.#state.kind === 'registered';
  }

  handle(read: ReadMessage): void | Promise<void> {
    const { desktop, parts } = this;
    const state = this.#state;
    if (read.name === 'EventHeartbeat') return;
    if (read.name === 'RequestRegisterClient') return this.#register(read);
    const to = { AttributeReferenceID: referenceIdOf(read.message) };
    if (read.entry.direction === 'event') {
      return refuse(desktop, 'UnknownMessage', `${read.name} is an event; a client sends requests`, to);
    }
    if (state.kind === 'connected') {
      return this.#refuse(read.message, 'ClientNotRegistered', `${read.name} before RequestRegisterClient: the client is not registered`, to);
    }
    const refusal = roleRefusal(this.#requestOf(read), state);
    if (refusal !== undefined) return this.#refuse(read.message, 'NotAllowed', refusal, { ...to, AttributeThisDN: dnOf(read) });
    switch (read.name) {
      case 'RequestHeartbeat':
        return desktop.send('EventHeartbeat', { AttributeReferenceID: read.attributes.AttributeReferenceID });
      case 'RequestRegisterAddress':
        return registerAddress(parts, desktop, state, read);
      case 'RequestUnregisterAddress':
        return unregisterAddress(parts, desktop, state, read);
      case 'RequestAgentLogin':
      case 'RequestAgentLogout':
      case 'RequestAgentReady':
      case 'RequestAgentNotReady':
      case 'RequestDistributeUserEvent':
      case 'RequestSendEvent':
        return this.#onDn(read, state);
      default:
        return refuse(desktop, 'UnknownMessage', `${read.name} is not a request of this dialect`, to);
    }
  }

  wrong(wrong: Wrong): void {
    const code = wrong.reason === 'UnknownMessage' ? 'UnknownMessage' : 'BadParameter';
    this.#refuse(wrong.message, code, wrong.what, { AttributeReferenceID: wrong.referenceId });
  }

  malformed(error: ProtocolError): Message {
    return this.desktop.message('EventError', { AttributeErrorCode: EventErrorCode.Malformed, AttributeErrorMessage: error.message });
  }

  heartbeat(): Message {
    this.#lastHeartbeat = (this.#lastHeartbeat % 0x7fffffff) + 1;
    return this.desktop.message('RequestHeartbeat', { AttributeReferenceID: this.#lastHeartbeat });
  }

  closed(): void {
    if (this.#state.kind === 'connected') return;
    for (const dn of this.#state.dns) {
      this.parts.dns.unregister(dn, this.desktop);
      const seat = this.parts.agents.onDn(dn);
      if (seat?.line === this.desktop) this.parts.gateway.agents.lost(seat);
    }
  }

  async #register({ attributes }: ReadMessage<'RequestRegisterClient'>): Promise<void> {
    const { AttributeApplicationName: name, AttributeApplicationPassword: password, AttributeExtensions: extensions } = attributes;
    if (this.#state.kind === 'registered') {
      return refuse(this.desktop, 'NotAllowed', 'the client is registered already', attributes);
    }
    // now: what follows in the same bytes is measured before the answer. Nothing more is read until then, and a refusal ends the line
    this.desktop.line.raiseLimits(this.parts.deployment.limits);
    const { remoteAddress, gone } = this.desktop.line;
    const admission = await this.parts.door.client('T', name, password, remoteAddress, givenToken(extensions), gone);
    // the line may have gone while the password was looked at
    if (!this.desktop.line.open) return;
    if (admission.kind !== 'admitted') {
      const refusal = this.desktop.message('EventError', {
        AttributeReferenceID: attributes.AttributeReferenceID,
        AttributeErrorCode: EventErrorCode[codeOf(admission)],
        AttributeErrorMessage: describeRefused(admission, 'AttributeApplicationName and AttributeApplicationPassword are not those of a configured client'),
      });
      this.desktop.line.finish('registrationRefused', refusal);
      return;
    }
    this.#state = { kind: 'registered', name: printableName(name), roles: admission.roles, dns: new Set() };
    this.desktop.send('EventServerConnected', {
      AttributeReferenceID: attributes.AttributeReferenceID,
      AttributeApplicationName: this.parts.deployment.server.name,
      AttributeExtensions: resumeExtension(extensions, admission.by, () => this.parts.door.resumeToken('client', name)),
    });
  }

  /** Refuses a message into which nobody has looked further. */
  #refuse(message: Message, code: keyof typeof EventErrorCode, words: string, to: Parameters<typeof refuse>[3]): void {
    const client = this.#state.kind === 'registered' ? this.#state.name : undefined;
    auditUnread(this.parts, { client, from: this.desktop.line.remoteAddress }, message, code);
    refuse(this.desktop, code, words, to);
  }

  /** The row of the table of roles. */
  #requestOf(read: ReadMessage): string {
    const isCommunicationDn = read.name === 'RequestRegisterAddress' && this.parts.deployment.communicationDns.includes(read.attributes.AttributeThisDN);
    return isCommunicationDn ? REGISTER_COMMUNICATION_DN : read.name;
  }

  #onDn(read: OnDn, client: Registered): void | Promise<void> {
    const { desktop, parts } = this;
    const dn = read.attributes.AttributeThisDN;
    if (!client.dns.has(dn)) return this.#refuse(read.message, 'DnNotRegistered', `DN ${dn.slice(0, 64)} is not registered on this connection`, read.attributes);
    switch (read.name) {
      case 'RequestAgentLogin':
        return agentLogin(parts, desktop, read);
      case 'RequestAgentLogout':
        return agentLogout(parts, desktop, read);
      case 'RequestAgentReady':
        return agentReady(parts, desktop, read, true);
      case 'RequestAgentNotReady':
        return agentReady(parts, desktop, read, false);
      case 'RequestDistributeUserEvent':
      case 'RequestSendEvent':
        return distributeUserEvent(parts, desktop, client, read);
    }
  }
}

/** The DN that a request names, where it names one. */
function dnOf({ attributes }: ReadMessage): string | undefined {
  return 'AttributeThisDN' in attributes ? attributes.AttributeThisDN : undefined;
}

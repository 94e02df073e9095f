import { expect } from 'chai';
import { int, keys, type KvList, long, string } from '../../protocol/index.js';
import { connectDesktop, connectDirect, type DesktopClient, type DesktopOptions, type DirectClient, type DirectOptions } from '../../src/client/index.js';
import type { TimerHandle } from '../../src/util/clock.js';
import type { FakeGateway, FakeLine } from '../support/fake-gateway.js';
import { ManualClock } from '../support/manual-clock.js';

/** A clock that says when a client waits to come back, and for how long. */
export class RetryClock extends ManualClock {
  #delays: number[] = [];
  #watchers: (() => void)[] = [];

  override after(delayMs: number, fn: () => void, options?: { readonly keepAlive?: boolean }): TimerHandle {
    if (options?.keepAlive === true) {
      this.#delays.push(delayMs);
      for (const watcher of this.#watchers.splice(0)) watcher();
    }
    return super.after(delayMs, fn);
  }

  /** The pause, in milliseconds, before the next try, once it has begun. */
  async retry(): Promise<number> {
    while (this.#delays.length === 0) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return this.#delays.shift() ?? 0;
  }

  /** Lets the client come back: waits until it waits, and then no longer than it does. */
  async comeBack(): Promise<void> {
    this.advance(await this.retry());
  }
}

/** What a promise is rejected with; a promise that is not is a failed test. */
export async function rejection<E extends Error>(promise: Promise<unknown>, type: new (...args: never[]) => E): Promise<E> {
  const outcome: unknown = await promise.then(() => 'nothing', (error: unknown) => error);
  if (!(outcome instanceof type)) expect.fail(`expected a rejection with ${type.name}, found ${String(outcome)}`);
  return outcome;
}

/** The next event of a stream. */
export async function nextOf<T>(events: AsyncIterable<T>): Promise<T> {
  const { value, done } = await events[Symbol.asyncIterator]().next();
  if (done === true) expect.fail('expected an event, found the end');
  return value;
}

export async function acceptDirect(line: FakeLine): Promise<void> {
  const { attributes } = await line.next('GSW_CM_ReqRegisterClient');
  line.send('GSW_CM_EvClientRegistered', { GSW_CM_AttrRequestID: attributes.GSW_CM_AttrReferenceID });
}

export async function acceptDesktop(line: FakeLine): Promise<void> {
  const { attributes } = await line.next('RequestRegisterClient');
  line.send('EventServerConnected', { AttributeReferenceID: attributes.AttributeReferenceID });
}

/** A registered direct client and its line. */
export async function directPair(gateway: FakeGateway, options: Partial<DirectOptions> = {}): Promise<{ client: DirectClient; line: FakeLine }> {
  const connecting = connectDirect({ host: '127.0.0.1', port: gateway.port, clientName: 'test', ...options });
  const line = await gateway.line();
  await acceptDirect(line);
  return { client: await connecting, line };
}

/** A desktop with DN 7001, on which agent 1001 is logged in and ready, and its line. */
export async function desktopPair(gateway: FakeGateway, options: Partial<DesktopOptions> = {}): Promise<{ client: DesktopClient; line: FakeLine }> {
  const connecting = connectDesktop({ host: '127.0.0.1', port: gateway.port, applicationName: 'test', ...options });
  const line = await gateway.line();
  await acceptDesktop(line);
  const client = await connecting;
  const seated = client.registerAddress('7001').then(() => client.login('1001', { password: 'secret' })).then(() => client.ready());
  await acceptSeat(line);
  await seated;
  return { client, line };
}

/** Takes registration of the DN, login and readiness, as the client asks for them. */
export async function acceptSeat(line: FakeLine): Promise<void> {
  const { attributes: address } = await line.next('RequestRegisterAddress');
  expect(address.AttributeThisDN).to.equal('7001');
  line.send('EventRegistered', { AttributeThisDN: '7001', AttributeReferenceID: address.AttributeReferenceID });
  const { attributes: login } = await line.next('RequestAgentLogin');
  expect(login).to.include({ AttributeThisDN: '7001', AttributeAgentID: '1001', AttributeAgentPassword: 'secret' });
  line.send('EventAgentLogin', { AttributeThisDN: '7001', AttributeReferenceID: login.AttributeReferenceID, AttributeAgentID: '1001' });
  const { attributes: ready } = await line.next('RequestAgentReady');
  line.send('EventAgentReady', { AttributeThisDN: '7001', AttributeReferenceID: ready.AttributeReferenceID, AttributeAgentID: '1001' });
}

/** Tells DN 7001 what a campaign group did. */
export function sendNotification(line: FakeLine, name: string, session: string, number: bigint, dn = '7001'): void {
  line.send('EventUserEvent', {
    AttributeThisDN: dn,
    AttributeExtensions: [
      { key: keys.GSW_SESSION_UUID, value: string(session) },
      { key: keys.GSW_EVENT_NUMBER, value: long(number) },
    ],
    AttributeUserData: userData(name),
  });
}

export function userData(name: string, reference?: number): KvList {
  const echo = reference === undefined ? [] : [{ key: keys.GSW_REFERENCE_ID, value: int(reference) }];
  return [{ key: keys.GSW_USER_EVENT, value: string(name) }, ...echo];
}

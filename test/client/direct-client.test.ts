import { AssertionError, expect } from 'chai';
import { ErrorCode, ProtocolError } from '../../protocol/index.js';
import { ConnectionClosed, EventsLost, RequestRefused, RequestTimedOut, UnexpectedAnswer } from '../../src/client/errors.js';
import { connectDirect } from '../../src/client/index.js';
import { FakeGateway, type FakeLine } from '../support/fake-gateway.js';
import { ManualClock } from '../support/manual-clock.js';
import { turnUntil } from '../support/test-listener.js';
import { acceptDirect, directPair, nextOf, rejection, RetryClock } from './support.js';

const SPRING = { GSW_CM_AttrCampaignID: 101, GSW_CM_AttrGroupID: 732 };

function loaded(line: FakeLine, requestId: number): void {
  line.send('GSW_CM_EvCampaignLoaded', {
    ...SPRING,
    GSW_CM_AttrRequestID: requestId,
    GSW_CM_AttrSessionID: 1001,
    GSW_CM_AttrDialMode: 0,
    GSW_CM_AttrGroupCampaignStatus: 4,
    GSW_CM_AttrScheduleScriptID: 0,
  });
}

/** Takes a subscription, or its end, and answers the ids that it names. */
async function take(at: FakeLine, name: 'Registered' | 'Unregistered'): Promise<unknown> {
  const { attributes } = await at.next(`GSW_CM_ReqCampaign${name}`);
  const { GSW_CM_AttrReferenceID: reference, ...ids } = attributes;
  at.send(`GSW_CM_EvCampaign${name}`, { GSW_CM_AttrRequestID: reference, GSW_CM_AttrCampaignID: ids.GSW_CM_AttrCampaignID ?? 0 });
  return ids;
}

describe('a direct client', () => {
  let gateway: FakeGateway;
  beforeEach(async () => {
    gateway = await FakeGateway.open('GSW_CM');
  });
  afterEach(() => gateway.close());

  it('registers with its name and passwords', async () => {
    const connecting = connectDirect({ host: '127.0.0.1', port: gateway.port, clientName: 'a', password: 'b', userName: 'c', userPassword: 'd' });
    const line = await gateway.line();
    const { attributes } = await line.next('GSW_CM_ReqRegisterClient');
    expect(attributes).to.deep.include({
      GSW_CM_AttrLibraryProtocol: '1',
      GSW_CM_AttrClientName: 'a',
      GSW_CM_AttrClientPassword: 'b',
      GSW_CM_AttrUserName: 'c',
      GSW_CM_AttrUserPassword: 'd',
    });
    line.send('GSW_CM_EvClientRegistered', { GSW_CM_AttrRequestID: attributes.GSW_CM_AttrReferenceID });
    await (await connecting).close();
    await line.closed;
  });

  it('is not there where it is refused, or nobody listens', async () => {
    const connecting = connectDirect({ host: '127.0.0.1', port: gateway.port, clientName: 'a', reconnect: true });
    const line = await gateway.line();
    const { attributes } = await line.next('GSW_CM_ReqRegisterClient');
    line.send('GSW_CM_EvError', {
      GSW_CM_AttrRequestID: attributes.GSW_CM_AttrReferenceID,
      GSW_CM_AttrErrorCode: ErrorCode.RegistrationError,
      GSW_CM_AttrErrorMessage: 'no',
    });
    const refused = await rejection(connecting, RequestRefused);
    expect(refused).to.include({ request: 'GSW_CM_ReqRegisterClient', code: ErrorCode.RegistrationError, reason: 'no', userEvent: false });
    await line.closed;
    const { port } = gateway;
    await gateway.close();
    await rejection(connectDirect({ host: '127.0.0.1', port, clientName: 'a', reconnect: true }), ConnectionClosed);
    gateway = await FakeGateway.open('GSW_CM');
  });

  it('hands each request its answer, in whatever order they come', async () => {
    const { client, line } = await directPair(gateway);
    const load = client.request('GSW_CM_ReqLoadCampaign', SPRING);
    const status = rejection(client.request('GSW_CM_ReqGetCampaignStatus', SPRING), RequestRefused);
    const first = (await line.next('GSW_CM_ReqLoadCampaign')).attributes;
    const second = (await line.next('GSW_CM_ReqGetCampaignStatus')).attributes;
    expect(first).to.include(SPRING);
    line.send('GSW_CM_EvError', { GSW_CM_AttrRequestID: second.GSW_CM_AttrReferenceID, GSW_CM_AttrErrorCode: 9, GSW_CM_AttrErrorMessage: 'no pair' });
    loaded(line, first.GSW_CM_AttrReferenceID);
    expect((await load).attributes.GSW_CM_AttrGroupCampaignStatus).to.equal(4);
    expect(await status).to.include({ code: ErrorCode.CampaignGroupNotFound, reason: 'no pair' });
    await client.close();
  });

  it('does not take another event for the answer', async () => {
    const { client, line } = await directPair(gateway);
    const stop = client.request('GSW_CM_ReqStopDialing', SPRING);
    loaded(line, (await line.next('GSW_CM_ReqStopDialing')).attributes.GSW_CM_AttrReferenceID);
    expect(await rejection(stop, UnexpectedAnswer)).to.include({ request: 'GSW_CM_ReqStopDialing', answer: 'GSW_CM_EvCampaignLoaded' });
    await client.close();
  });

  it('drops an answer that comes after its time-out, counts it, and goes on', async () => {
    const clock = new ManualClock();
    const { client, line } = await directPair(gateway, { clock });
    const late = client.request('GSW_CM_ReqLoadCampaign', SPRING, { timeoutMs: 50 });
    const { attributes } = await line.next('GSW_CM_ReqLoadCampaign');
    clock.advance(50);
    expect(await rejection(late, RequestTimedOut)).to.include({ request: 'GSW_CM_ReqLoadCampaign', timeoutMs: 50 });
    loaded(line, attributes.GSW_CM_AttrReferenceID);
    loaded(line, 0);
    expect((await nextOf(client.events)).name).to.equal('GSW_CM_EvCampaignLoaded');
    expect(client.counters).to.include({ lateAnswers: 1, lostEvents: 0 });
    const again = client.request('GSW_CM_ReqLoadCampaign', SPRING);
    loaded(line, (await line.next('GSW_CM_ReqLoadCampaign')).attributes.GSW_CM_AttrReferenceID);
    await again;
    await client.close();
    expect(clock.pending).to.equal(0);
  });

  it('answers the question whether it is there', async () => {
    const { client, line } = await directPair(gateway);
    line.send('GSW_CM_ReqHeartbeat', { GSW_CM_AttrReferenceID: 77 });
    expect((await line.next('GSW_CM_EvHeartbeat')).attributes).to.include({ GSW_CM_AttrRequestID: 77 });
    await client.close();
  });

  it('asks a silent gateway whether it is there, and leaves one that does not answer', async () => {
    const clock = new ManualClock();
    const { client, line } = await directPair(gateway, { clock, heartbeatMs: 1000 });
    clock.advance(1000);
    const { attributes } = await line.next('GSW_CM_ReqHeartbeat');
    line.send('GSW_CM_EvHeartbeat', { GSW_CM_AttrRequestID: attributes.GSW_CM_AttrReferenceID });
    loaded(line, 0);
    await nextOf(client.events);
    await turnUntil(() => clock.pending === 1);
    clock.advance(999);
    expect(line.received).to.have.length(2);
    clock.advance(1);
    await line.next('GSW_CM_ReqHeartbeat');
    clock.advance(1000);
    await line.closed;
    expect((await rejection(nextOf(client.events), ConnectionClosed)).message).to.include('was not answered within 1000 ms');
  });

  it('keeps a bounded number of events for a reader that does not read, and tells it', async () => {
    const { client, line } = await directPair(gateway, { eventLimit: 3 });
    for (let i = 0; i < 10; i++) loaded(line, 0);
    const heartbeat = client.request('GSW_CM_ReqHeartbeat', {});
    line.send('GSW_CM_EvHeartbeat', { GSW_CM_AttrRequestID: (await line.next('GSW_CM_ReqHeartbeat')).attributes.GSW_CM_AttrReferenceID });
    await heartbeat;
    expect(client.counters.lostEvents).to.equal(7);
    for (let i = 0; i < 3; i++) await nextOf(client.events);
    expect((await rejection(nextOf(client.events), EventsLost)).count).to.equal(7);
    await client.close();
  });

  it('tells whoever waits that the connection is gone', async () => {
    const { client, line } = await directPair(gateway);
    const waiting = client.request('GSW_CM_ReqLoadCampaign', SPRING);
    await line.next('GSW_CM_ReqLoadCampaign');
    const event = nextOf(client.events);
    line.socket.destroy();
    await rejection(waiting, ConnectionClosed);
    await rejection(event, ConnectionClosed);
    await rejection(client.request('GSW_CM_ReqLoadCampaign', SPRING), ConnectionClosed);
    await rejection(client.up(), ConnectionClosed);
  });

  it('ends without an error when it is closed, and what waits is told', async () => {
    const { client, line } = await directPair(gateway, { reconnect: true });
    const waiting = client.request('GSW_CM_ReqLoadCampaign', SPRING);
    await line.next('GSW_CM_ReqLoadCampaign');
    await Promise.all([client.close(), rejection(waiting, ConnectionClosed)]);
    for await (const event of client.events) expect.fail(`found ${event.name}`);
    expect(gateway.lines).to.have.length(1);
  });

  it('does not read on what is malformed', async () => {
    const { client, line } = await directPair(gateway);
    line.socket.write(Buffer.from('0000000643010007ffff', 'hex'));
    const gone = await rejection(nextOf(client.events), ConnectionClosed);
    expect(gone.cause).to.be.instanceOf(ProtocolError).with.property('code', 'LengthOutOfBounds');
    await line.closed;
  });

  it('counts messages that it does not know', async () => {
    const { client, line } = await directPair(gateway);
    line.socket.write(Buffer.from('00000006430103e80000', 'hex'));
    loaded(line, 0);
    await nextOf(client.events);
    expect(client.counters.wrongMessages).to.equal(1);
    await client.close();
  });

  it('comes back with its subscriptions, and its events go on', async () => {
    const clock = new RetryClock();
    const { client, line } = await directPair(gateway, { clock, reconnect: { firstDelayMs: 100, maxDelayMs: 1000 }, random: () => 0.5 });
    const asked = (async () => {
      await client.request('GSW_CM_ReqCampaignRegistered', { GSW_CM_AttrCampaignID: 102, GSW_CM_AttrGroupID: 733 });
      await client.request('GSW_CM_ReqCampaignRegistered', { GSW_CM_AttrCampaignID: 101 });
      await client.request('GSW_CM_ReqCampaignUnregistered', SPRING);
      // these say all there is to say of what they name
      await client.request('GSW_CM_ReqCampaignRegistered', { GSW_CM_AttrCampaignID: 102 });
      await client.request('GSW_CM_ReqCampaignUnregistered', SPRING);
    })();
    for (const name of ['Registered', 'Registered', 'Unregistered', 'Registered', 'Unregistered'] as const) await take(line, name);
    await asked;
    loaded(line, 0);
    await nextOf(client.events);

    line.socket.destroy();
    expect(await clock.retry()).to.equal(75);
    await rejection(client.request('GSW_CM_ReqHeartbeat', {}), ConnectionClosed);
    const up = client.up();
    clock.advance(75);
    const second = await gateway.line();
    await acceptDirect(second);
    expect([await take(second, 'Registered'), await take(second, 'Registered'), await take(second, 'Unregistered')]).to.deep.equal([
      { GSW_CM_AttrCampaignID: 101 },
      { GSW_CM_AttrCampaignID: 102 },
      SPRING,
    ]);
    await up;
    loaded(second, 0);
    expect((await nextOf(client.events)).name).to.equal('GSW_CM_EvCampaignLoaded');
    expect(client.counters.reconnects).to.equal(1);
    await client.close();
    expect(clock.pending).to.equal(0);
  });

  it('waits longer after each try that failed, and from the beginning after a connection that lived', async () => {
    const clock = new RetryClock();
    const { client, line } = await directPair(gateway, { clock, reconnect: { firstDelayMs: 100, maxDelayMs: 1000 }, random: () => 0 });
    const pauses: number[] = [];
    const next = async (lost: FakeLine): Promise<FakeLine> => {
      lost.socket.destroy();
      pauses.push(await clock.retry());
      clock.advance(pauses.at(-1) ?? 0);
      return gateway.line();
    };
    let current = line;
    for (let i = 0; i < 4; i++) current = await next(current);
    await acceptDirect(current);
    await client.up();
    clock.advance(999);
    current = await next(current);
    await acceptDirect(current);
    await client.up();
    clock.advance(1000);
    current = await next(current);
    expect(pauses).to.deep.equal([50, 100, 200, 400, 500, 50]);
    await acceptDirect(current);
    await client.up();
    await client.close();
  });

  it('can be closed while it waits for its next try', async () => {
    const clock = new RetryClock();
    const { client, line } = await directPair(gateway, { clock, reconnect: true });
    const up = rejection(client.up().then(() => nextOf(client.events)), AssertionError);
    line.socket.destroy();
    await clock.retry();
    await Promise.all([client.close(), rejection(client.up(), ConnectionClosed)]);
    expect(clock.pending).to.equal(0);
    expect((await up).message).to.include('found the end');
  });
});

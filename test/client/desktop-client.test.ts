import { expect } from 'chai';
import { EventErrorCode, findValue, int, keys, string } from '../../protocol/index.js';
import { ConnectionClosed, RequestRefused, RequestTimedOut } from '../../src/client/errors.js';
import { connectDesktop } from '../../src/client/index.js';
import { FakeGateway, type FakeLine } from '../support/fake-gateway.js';
import { ManualClock } from '../support/manual-clock.js';
import { acceptDesktop, acceptSeat, desktopPair, nextOf, rejection, RetryClock, sendNotification, userData } from './support.js';

const RECONNECT = { reconnect: { firstDelayMs: 100, maxDelayMs: 1000 }, random: () => 0 };

/** The client's next request in user data, with both of its references. */
async function asked(line: FakeLine): Promise<{ reference: number; userReference: number; type: string | undefined }> {
  const { attributes } = await line.next('RequestDistributeUserEvent');
  expect(attributes.AttributeThisDN).to.equal('7001');
  const [type, userReference] = [keys.GSW_AGENT_REQ_TYPE, keys.GSW_REFERENCE_ID].map((key) => findValue(attributes.AttributeUserData, key));
  return {
    reference: attributes.AttributeReferenceID ?? 0,
    userReference: userReference?.type === 'int' ? userReference.value : 0,
    type: type?.type === 'string' ? type.value : undefined,
  };
}

const acknowledge = (line: FakeLine, reference: number): void => line.send('EventACK', { AttributeThisDN: '7001', AttributeReferenceID: reference });
const say = (line: FakeLine, name: string, reference?: number): void =>
  line.send('EventUserEvent', { AttributeThisDN: '7001', AttributeUserData: userData(name, reference) });

const extensions = (token: string) => [{ key: keys.GSW_RESUME_TOKEN, value: string(token) }];

/** Takes a desktop in that has these tokens for itself and its agent, and gives it others. */
async function takeResumed(line: FakeLine, held: readonly [string, string], given: readonly [string, string]): Promise<void> {
  const { attributes: register } = await line.next('RequestRegisterClient');
  expect(register).to.deep.include({ AttributeApplicationPassword: 'its own', AttributeExtensions: extensions(held[0]) });
  line.send('EventServerConnected', { AttributeReferenceID: register.AttributeReferenceID, AttributeExtensions: extensions(given[0]) });
  const { attributes: address } = await line.next('RequestRegisterAddress');
  line.send('EventRegistered', { AttributeThisDN: '7001', AttributeReferenceID: address.AttributeReferenceID });
  const { attributes: login } = await line.next('RequestAgentLogin');
  expect(login).to.deep.include({ AttributeAgentPassword: 'secret', AttributeExtensions: extensions(held[1]) });
  line.send('EventAgentLogin', { AttributeThisDN: '7001', AttributeReferenceID: login.AttributeReferenceID, AttributeExtensions: extensions(given[1]) });
}

describe('a desktop', () => {
  let gateway: FakeGateway;
  beforeEach(async () => {
    gateway = await FakeGateway.open('T');
  });
  afterEach(() => gateway.close());

  it('registers, registers its DN, logs its agent in and out', async () => {
    const { client, line } = await desktopPair(gateway);
    const out = client.notReady().then(() => client.logout());
    const notReady = (await line.next('RequestAgentNotReady')).attributes;
    line.send('EventAgentNotReady', { AttributeThisDN: '7001', AttributeReferenceID: notReady.AttributeReferenceID });
    const logout = (await line.next('RequestAgentLogout')).attributes;
    line.send('EventAgentLogout', { AttributeThisDN: '7001', AttributeReferenceID: logout.AttributeReferenceID });
    await out;
    await client.close();
  });

  it('says which DN is missing', async () => {
    const connecting = connectDesktop({ host: '127.0.0.1', port: gateway.port, applicationName: 'test' });
    await acceptDesktop(await gateway.line());
    const client = await connecting;
    await rejection(client.login('1001'), TypeError);
    await rejection(client.userRequest('PreviewRecordRequest'), TypeError);
    await client.close();
  });

  it('is told what is refused', async () => {
    const { client, line } = await desktopPair(gateway);
    const login = client.login('1002');
    const { attributes } = await line.next('RequestAgentLogin');
    line.send('EventError', { AttributeReferenceID: attributes.AttributeReferenceID, AttributeErrorCode: 231, AttributeErrorMessage: 'busy' });
    expect(await rejection(login, RequestRefused)).to.include({ request: 'RequestAgentLogin', code: EventErrorCode.DnBusy, reason: 'busy', userEvent: false });
    await client.close();
  });

  it('answers the question whether it is there', async () => {
    const { client, line } = await desktopPair(gateway);
    line.send('RequestHeartbeat', { AttributeReferenceID: 77 });
    expect((await line.next('EventHeartbeat')).attributes).to.include({ AttributeReferenceID: 77 });
    await client.close();
  });

  describe('asks in user data', () => {
    it('and gets the event with its reference, after the acknowledgment', async () => {
      const { client, line } = await desktopPair(gateway);
      const pairs = [{ key: 'a', value: string('x') }, { key: 'a', value: string('y') }];
      let settled = false;
      const answer = client.userRequest('PreviewRecordRequest', pairs).finally(() => (settled = true));
      const { reference, userReference, type } = await asked(line);
      expect(type).to.equal('PreviewRecordRequest');
      const [read] = line.received.slice(-1);
      expect(read?.name === 'RequestDistributeUserEvent' && read.attributes.AttributeUserData.map(({ key }) => key)).to.deep.equal([
        'GSW_AGENT_REQ_TYPE', 'a', 'a', 'GSW_REFERENCE_ID',
      ]);
      say(line, 'Other', userReference + 1);
      say(line, 'PreviewRecord', userReference);
      expect((await nextOf(client.events)).name).to.equal('EventUserEvent');
      expect(settled).to.equal(false);
      acknowledge(line, reference);
      const event = await answer;
      expect(event).to.include({ name: 'PreviewRecord', dn: '7001' });
      expect(event.integer(keys.GSW_REFERENCE_ID)).to.equal(userReference);
      await client.close();
    });

    it('with text, ints and longs where an object says them', async () => {
      const { client, line } = await desktopPair(gateway);
      const answer = client.userRequest('RecordProcessed', { a: 'x', b: 5, c: 6n, d: { type: 'float', value: 0.5 } });
      const { attributes } = await line.next('RequestDistributeUserEvent');
      expect(attributes.AttributeUserData.slice(1, -1)).to.deep.equal([
        { key: 'a', value: string('x') },
        { key: 'b', value: int(5) },
        { key: 'c', value: { type: 'long', value: 6n } },
        { key: 'd', value: { type: 'float', value: 0.5 } },
      ]);
      await Promise.all([client.close(), rejection(answer, ConnectionClosed)]);
    });

    it('and is told of a refusal in user data', async () => {
      const { client, line } = await desktopPair(gateway);
      const answer = client.userRequest('RecordProcessed');
      const { reference, userReference } = await asked(line);
      acknowledge(line, reference);
      line.send('EventUserEvent', {
        AttributeThisDN: '7001',
        AttributeUserData: [
          ...userData('Error', userReference),
          { key: keys.GSW_ERROR, value: string('not yours') },
          { key: keys.GSW_ERROR_NUMBER, value: int(5) },
        ],
      });
      expect(await rejection(answer, RequestRefused)).to.include({ request: 'RecordProcessed', code: 5, reason: 'not yours', userEvent: true });
      await client.close();
    });

    it('and is told of one that is not even acknowledged', async () => {
      const clock = new ManualClock();
      const { client, line } = await desktopPair(gateway, { clock });
      const before = clock.pending;
      const answer = client.userRequest('RecordProcessed');
      const { reference } = await asked(line);
      line.send('EventError', { AttributeReferenceID: reference, AttributeErrorCode: 59, AttributeErrorMessage: 'what DN?' });
      expect(await rejection(answer, RequestRefused)).to.include({ code: EventErrorCode.DnNotRegistered, userEvent: false });
      // nothing waits any more for the event that would have followed
      expect(clock.pending).to.equal(before);
      await client.close();
    });

    it('and drops what comes after its time, the acknowledgment or the event', async () => {
      const clock = new ManualClock();
      const { client, line } = await desktopPair(gateway, { clock });
      const timedOut = [1, 2].map(() => rejection(client.userRequest('PreviewRecordRequest', {}, { timeoutMs: 50 }), RequestTimedOut));
      const [one, two] = [await asked(line), await asked(line)];
      acknowledge(line, one.reference);
      say(line, 'Between');
      await nextOf(client.events);
      clock.advance(50);
      await Promise.all(timedOut);
      say(line, 'PreviewRecord', one.userReference);
      acknowledge(line, two.reference);
      say(line, 'PreviewRecord', two.userReference);
      say(line, 'PreviewRecord', two.userReference + 1);
      const next = await nextOf(client.events);
      expect(next.name === 'EventUserEvent' && findValue(next.attributes.AttributeUserData, keys.GSW_REFERENCE_ID)).to.deep.equal(int(two.userReference + 1));
      expect(client.counters).to.include({ lateAnswers: 3, lostEvents: 0 });
      await client.close();
      expect(clock.pending).to.equal(0);
    });

    it('with references that two clients of one DN do not share', async () => {
      const { client, line } = await desktopPair(gateway, { random: () => 0.25 });
      const other = await desktopPair(gateway, { random: () => 0.75 });
      const answers = [client.userRequest('A'), other.client.userRequest('B')].map((answer) => rejection(answer, ConnectionClosed));
      const references = [(await asked(line)).userReference, (await asked(other.line)).userReference];
      expect(new Set(references).size).to.equal(2);
      await Promise.all([client.close(), other.client.close(), ...answers]);
    });
  });

  it('tells of each notification once, for each DN, beside what else comes', async () => {
    const { client, line } = await desktopPair(gateway);
    sendNotification(line, 'CampaignLoaded', 'one', 1n);
    sendNotification(line, 'CampaignLoaded', 'one', 1n, '7002');
    sendNotification(line, 'CampaignLoaded', 'one', 1n);
    say(line, 'ScheduledCall');
    sendNotification(line, 'CampaignStarted', 'one', 2n);
    sendNotification(line, 'CampaignLoaded', 'one', 1n);
    sendNotification(line, 'CampaignLoaded', 'two', 1n);
    const told: unknown[] = [];
    for await (const { name, session, number, event } of client.notifications) if (told.push([name, session, number, event.dn]) === 4) break;
    expect(told).to.deep.equal([
      ['CampaignLoaded', 'one', 1n, '7001'],
      ['CampaignLoaded', 'one', 1n, '7002'],
      ['CampaignStarted', 'one', 2n, '7001'],
      ['CampaignLoaded', 'two', 1n, '7001'],
    ]);
    const all: unknown[] = [];
    for await (const event of client.events) if (all.push(event.name === 'EventUserEvent' && findValue(event.attributes.AttributeUserData, 'GSW_USER_EVENT')) === 5) break;
    expect(all).to.deep.equal(['CampaignLoaded', 'CampaignLoaded', 'ScheduledCall', 'CampaignStarted', 'CampaignLoaded'].map(string));
    expect(client.counters.repeatedNotifications).to.equal(2);
    await client.close();
  });

  it('comes back with the resume tokens that it was given', async () => {
    const clock = new RetryClock();
    const connecting = connectDesktop({ host: '127.0.0.1', port: gateway.port, applicationName: 'test', password: 'its own', clock, ...RECONNECT });
    const first = await gateway.line();
    const taken = takeResumed(first, ['', ''], ['A1', 'B1']);
    const client = await connecting;
    await client.registerAddress('7001');
    await client.login('1001', { password: 'secret' });
    await taken;
    for (const round of [2, 3]) {
      gateway.lines.at(-1)?.socket.destroy();
      await clock.comeBack();
      await takeResumed(await gateway.line(), [`A${round - 1}`, `B${round - 1}`], [`A${round}`, `B${round}`]);
      await client.up();
    }
    await client.close();
  });

  it('comes back with its DN, its agent and its readiness, and handles nothing twice', async () => {
    const clock = new RetryClock();
    const { client, line } = await desktopPair(gateway, { clock, ...RECONNECT });
    const unanswered = rejection(client.userRequest('PreviewRecordRequest'), ConnectionClosed);
    acknowledge(line, (await asked(line)).reference);
    sendNotification(line, 'CampaignLoaded', 'one', 1n);
    await nextOf(client.notifications);
    line.socket.destroy();
    await unanswered;
    await clock.comeBack();
    const second = await gateway.line();
    await acceptDesktop(second);
    await acceptSeat(second);
    sendNotification(second, 'CampaignLoaded', 'one', 1n);
    sendNotification(second, 'CampaignStarted', 'one', 2n);
    expect((await nextOf(client.notifications)).name).to.equal('CampaignStarted');
    await client.up();
    expect(client.counters).to.include({ reconnects: 1, repeatedNotifications: 1 });
    const answer = client.userRequest('PreviewRecordRequest');
    const { reference, userReference } = await asked(second);
    acknowledge(second, reference);
    say(second, 'PreviewRecordEmpty', userReference);
    expect((await answer).name).to.equal('PreviewRecordEmpty');
    await client.close();
    expect(clock.pending).to.equal(0);
  });

  it('tries again where the store is away, and not where it is refused for good', async () => {
    const clock = new RetryClock();
    const { client, line } = await desktopPair(gateway, { clock, ...RECONNECT });
    line.socket.destroy();
    for (const code of [EventErrorCode.StoreAway, EventErrorCode.WrongCredentials]) {
      await clock.comeBack();
      const next = await gateway.line();
      const { attributes } = await next.next('RequestRegisterClient');
      next.send('EventError', { AttributeReferenceID: attributes.AttributeReferenceID, AttributeErrorCode: code, AttributeErrorMessage: 'no' });
      await next.closed;
    }
    expect(await rejection(nextOf(client.events), RequestRefused)).to.include({ code: EventErrorCode.WrongCredentials });
    expect(await rejection(nextOf(client.notifications), RequestRefused)).to.include({ code: EventErrorCode.WrongCredentials });
    expect(clock.pending).to.equal(0);
  });

  it('does not come back where another connection has taken its agent over', async () => {
    const clock = new RetryClock();
    const { client, line } = await desktopPair(gateway, { clock, ...RECONNECT });
    line.send('EventError', { AttributeThisDN: '7001', AttributeErrorCode: EventErrorCode.AgentAlreadyLoggedIn, AttributeErrorMessage: 'taken over' });
    line.socket.end();
    expect((await nextOf(client.events)).name).to.equal('EventError');
    expect(await rejection(nextOf(client.events), RequestRefused)).to.include({ code: EventErrorCode.AgentAlreadyLoggedIn });
    expect(clock.pending).to.equal(0);
  });

  it('goes on where its connection is lost while it is being made', async () => {
    const clock = new RetryClock();
    const { client, line } = await desktopPair(gateway, { clock, ...RECONNECT });
    line.socket.destroy();
    await clock.comeBack();
    const second = await gateway.line();
    await acceptDesktop(second);
    await second.next('RequestRegisterAddress');
    second.socket.destroy();
    await clock.comeBack();
    const third = await gateway.line();
    await acceptDesktop(third);
    await acceptSeat(third);
    await client.up();
    await client.close();
  });
});

import { expect } from 'chai';
import { int, keys, type KvList, string } from '../../protocol/index.js';
import type { CallEvent, ConnectionChange } from '../../src/client/index.js';
import { ConnectionClosed, RequestRefused } from '../../src/client/errors.js';
import { FakeGateway, type FakeLine } from '../support/fake-gateway.js';
import { acceptDesktop, acceptSeat, desktopPair, nextOf, rejection, RetryClock, userData } from './support.js';

const RECORD: KvList = [
  { key: keys.GSW_CAMPAIGN_NAME, value: string('Spring') },
  { key: keys.GSW_CALLING_LIST, value: string('Spring list') },
  { key: keys.GSW_RECORD_HANDLE, value: int(12) },
];

/** Takes a request in user data, and acknowledges it; answers its reference. */
async function taken(line: FakeLine): Promise<number> {
  const { attributes } = await line.next('RequestDistributeUserEvent');
  line.send('EventACK', { AttributeThisDN: '7001', AttributeReferenceID: attributes.AttributeReferenceID });
  const reference = attributes.AttributeUserData.find(({ key }) => key === keys.GSW_REFERENCE_ID)?.value;
  return reference?.type === 'int' ? reference.value : 0;
}

const say = (line: FakeLine, name: string, reference?: number, pairs: KvList = []): void =>
  line.send('EventUserEvent', { AttributeThisDN: '7001', AttributeUserData: [...userData(name, reference), ...pairs] });

describe("a desktop's", () => {
  let gateway: FakeGateway;
  beforeEach(async () => {
    gateway = await FakeGateway.open('T');
  });
  afterEach(() => gateway.close());

  it('calls are told apart from its other events, with the data of their records', async () => {
    const { client, line } = await desktopPair(gateway);
    const data = [...RECORD, { key: keys.GSW_PHONE, value: string('5550100') }, { key: keys.GSW_RECORD_HANDLE, value: int(99) }];
    line.send('EventRinging', { AttributeThisDN: '7001', AttributeConnID: 5n, AttributeOtherDN: '5550100', AttributeUserData: data });
    say(line, 'CampaignStopped');
    line.send('EventEstablished', { AttributeThisDN: '7001', AttributeConnID: 5n, AttributeUserData: data });
    line.send('EventReleased', { AttributeThisDN: '7001' });
    const calls: CallEvent[] = [];
    for await (const call of client.calls) if (calls.push(call) === 3) break;
    expect(calls.map(({ name, dn, connection, otherDn }) => ({ name, dn, connection, otherDn }))).to.deep.equal([
      { name: 'EventRinging', dn: '7001', connection: 5n, otherDn: '5550100' },
      { name: 'EventEstablished', dn: '7001', connection: 5n, otherDn: undefined },
      { name: 'EventReleased', dn: '7001', connection: undefined, otherDn: undefined },
    ]);
    const [ringing, , released] = calls;
    expect(ringing?.text('GSW_PHONE')).to.equal('5550100');
    expect(ringing?.integer('GSW_RECORD_HANDLE')).to.equal(12);
    expect(ringing?.recordKeys(), 'of a key that is there twice the first').to.deep.equal(RECORD);
    expect(released?.data).to.deep.equal([]);
    // and they are among its events, in their order
    const names = [];
    for (let left = 4; left > 0; left -= 1) names.push((await nextOf(client.events)).name);
    expect(names).to.deep.equal(['EventRinging', 'EventUserEvent', 'EventEstablished', 'EventReleased']);
    await client.close();
    for await (const call of client.calls) expect.fail(`nothing comes behind the end, found ${call.name}`);
  });

  it('record is named as it was handed out, in a request about it', async () => {
    const { client, line } = await desktopPair(gateway);
    const asking = client.userRequest('PreviewRecordRequest');
    say(line, 'PreviewRecord', await taken(line), RECORD);
    const ending = client.userRequest('RecordReject', (await asking).recordKeys());
    const { attributes } = await line.next('RequestDistributeUserEvent');
    expect(attributes.AttributeUserData.slice(1, -1)).to.deep.equal(RECORD);
    await Promise.all([client.close(), rejection(ending, ConnectionClosed)]);
  });

  describe('request that is answered by several events', () => {
    it('has all of them, up to the last, and no others', async () => {
      const { client, line } = await desktopPair(gateway);
      const asking = client.userRequestAll('ChainedRecordRequest', 'ChainedRecordsDataEnd');
      const reference = await taken(line);
      say(line, 'ChainedRecord', reference);
      say(line, 'ChainedRecord', reference + 1);
      say(line, 'ChainedRecord', reference);
      say(line, 'ChainedRecordsDataEnd', reference);
      say(line, 'ChainedRecordsDataEnd', reference);
      expect((await asking).map(({ name }) => name)).to.deep.equal(['ChainedRecord', 'ChainedRecord', 'ChainedRecordsDataEnd']);
      const others = [await nextOf(client.events), await nextOf(client.events)];
      expect(others.map(({ name }) => name)).to.deep.equal(['EventUserEvent', 'EventUserEvent']);
      await client.close();
    });

    it('is refused by an error, also behind some of them', async () => {
      const { client, line } = await desktopPair(gateway);
      const asking = client.userRequestAll('ChainedRecordRequest', 'ChainedRecordsDataEnd');
      const reference = await taken(line);
      say(line, 'ChainedRecord', reference);
      say(line, 'Error', reference, [{ key: keys.GSW_ERROR_NUMBER, value: int(11) }]);
      expect(await rejection(asking, RequestRefused)).to.include({ code: 11, codeName: 'StoreAway', userEvent: true });
      await client.close();
    });

    it('is not finished by a connection that ends', async () => {
      const { client, line } = await desktopPair(gateway);
      const asking = rejection(client.userRequestAll('ChainedRecordRequest', 'ChainedRecordsDataEnd'), ConnectionClosed);
      say(line, 'ChainedRecord', await taken(line));
      line.socket.end();
      await asking;
      await client.close();
    });
  });

  it('refusal has the name of its code', async () => {
    const { client, line } = await desktopPair(gateway);
    for (const [code, codeName] of [[231, 'DnBusy'], [4711, undefined]] as const) {
      const asking = rejection(client.login('1002'), RequestRefused);
      const { attributes } = await line.next('RequestAgentLogin');
      line.send('EventError', { AttributeReferenceID: attributes.AttributeReferenceID, AttributeErrorCode: code, AttributeErrorMessage: 'no' });
      expect((await asking).codeName).to.equal(codeName);
    }
    await client.close();
    expect(new RequestRefused('GSW_CM_ReqLoadCampaign', 5, '').codeName).to.equal('CampaignAlreadyLoaded');
  });

  it('DN that it has given up is not registered again', async () => {
    const clock = new RetryClock();
    const { client, line } = await desktopPair(gateway, { clock, reconnect: true });
    const ending = client.unregisterAddress('7001');
    const { attributes } = await line.next('RequestUnregisterAddress');
    line.send('EventUnregistered', { AttributeThisDN: '7001', AttributeReferenceID: attributes.AttributeReferenceID });
    await ending;
    line.socket.destroy();
    await clock.comeBack();
    await acceptDesktop(await gateway.line());
    await client.up();
    await rejection(client.ready(), TypeError);
    await client.close();
  });

  it('connection is told of when it is lost, and when all is there again', async () => {
    const clock = new RetryClock();
    const changes: ConnectionChange[] = [];
    const { client, line } = await desktopPair(gateway, { clock, reconnect: true, onConnection: (change) => changes.push(change) });
    line.socket.destroy();
    const delayMs = await clock.retry();
    expect(changes.map(({ kind }) => kind)).to.deep.equal(['lost']);
    expect(changes[0]?.kind === 'lost' && changes[0].error).to.be.instanceOf(ConnectionClosed);
    // a try that fails changes nothing
    clock.advance(delayMs);
    const second = await gateway.line();
    second.socket.destroy();
    await clock.comeBack();
    const third = await gateway.line();
    await acceptDesktop(third);
    expect(changes).to.have.length(1);
    await acceptSeat(third);
    await client.up();
    expect(changes.map(({ kind }) => kind)).to.deep.equal(['lost', 'restored']);
    await client.close();
  });
});

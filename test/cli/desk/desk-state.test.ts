import { expect } from 'chai';
import { int, keys, type KvList, makeMessage, type MessageName, type ReadMessage, readMessage, string } from '../../../protocol/index.js';
import { DeskState } from '../../../src/cli/desk/desk-state.js';
import { describeData } from '../../../src/cli/desk/describe.js';
import { type CallEvent, callEventOf, ReceivedData, UserEvent } from '../../../src/client/index.js';

function read<N extends MessageName>(name: N, data: KvList): ReadMessage<N> {
  const message = readMessage(makeMessage(name, { AttributeThisDN: '7001', AttributeUserData: data } as never));
  if (message.kind === 'wrong') throw new Error(message.what);
  return message as ReadMessage<N>;
}

const pairsOf = (pairs: Readonly<Record<string, string | number>>): KvList =>
  Object.entries(pairs).map(([key, value]) => ({ key, value: typeof value === 'string' ? string(value) : int(value) }));

const said = (name: string, pairs: Readonly<Record<string, string | number>> = {}): UserEvent =>
  new UserEvent(read('EventUserEvent', pairsOf({ [keys.GSW_USER_EVENT]: name, ...pairs })));

function call(name: CallEvent['name'], handle: number): CallEvent {
  const event = callEventOf(read(name, pairsOf({ [keys.GSW_RECORD_HANDLE]: handle })));
  if (event === undefined) throw new Error(`${name} is no event of a call`);
  return event;
}

const group = (name: string, of = 'Spring'): UserEvent => said(name, { [keys.GSW_CAMPAIGN_NAME]: of, [keys.GSW_CAMPAIGN_GROUP_NAME]: `${of}@Sales` });
const record = (name: string, handle: number): UserEvent => said(name, { [keys.GSW_CAMPAIGN_NAME]: 'Spring', [keys.GSW_RECORD_HANDLE]: handle });

describe('what a desktop knows', () => {
  it('is the state of the campaign that it works', () => {
    const state = new DeskState();
    expect(state.summary()).to.equal('logged in');
    for (const [event, summary] of [
      ['CampaignLoaded', 'logged in | Spring loaded'],
      ['CampaignStarted', 'logged in | Spring running'],
      ['CampaignModeChanged', 'logged in | Spring running'],
      ['CampaignStopped', 'logged in | Spring stopped'],
      ['CampaignUnloaded', 'logged in | Spring'],
    ] as const) {
      state.told(group(event));
      expect(state.summary(), event).to.equal(summary);
    }
  });

  it('is about the campaign that was chosen, else the one that was heard of last', () => {
    const state = new DeskState();
    expect(state.campaign).to.equal(undefined);
    state.told(group('CampaignStarted'));
    state.told(group('CampaignLoaded', 'Autumn'));
    expect(state.campaign).to.equal('Autumn');
    state.choose('Spring');
    state.told(group('CampaignStarted', 'Autumn'));
    expect(state.campaign).to.equal('Spring');
    expect(state.summary()).to.equal('logged in | Spring running');
    expect([...state.groups]).to.deep.equal([['Spring@Sales', 'running'], ['Autumn@Sales', 'running']]);
  });

  it('does not take an answer about a record for news of a campaign', () => {
    const state = new DeskState();
    state.told(record('PreviewRecord', 1));
    state.told(said('PreviewRecordEmpty', { [keys.GSW_CAMPAIGN_NAME]: 'Spring' }));
    expect(state.campaign).to.equal(undefined);
  });

  for (const name of ['PreviewRecord', 'ScheduledCall']) {
    it(`is a record in hand after ${name}`, () => {
      const state = new DeskState();
      state.told(record(name, 12));
      expect(state.record?.integer(keys.GSW_RECORD_HANDLE)).to.equal(12);
      expect(state.summary()).to.equal('logged in | record 12');
    });
  }

  for (const name of [
    'RecordProcessedAcknowledge', 'RecordRejectAcknowledge', 'RecordRescheduleAcknowledge', 'ScheduledRecordRescheduleAcknowledge',
    'RecordCancelAcknowledge', 'DoNotCallAcknowledge', 'RecordCancel',
  ]) {
    it(`is not the record any more after ${name}`, () => {
      const state = new DeskState();
      state.told(record('PreviewRecord', 12));
      state.told(record('PreviewRecord', 13));
      state.told(record(name, 12));
      expect(state.records.map((one) => one.integer(keys.GSW_RECORD_HANDLE))).to.deep.equal([13]);
    });
  }

  it('keeps a record that was updated, or whose chain was shown', () => {
    const state = new DeskState();
    state.told(record('PreviewRecord', 12));
    state.told(record('UpdateCallCompletionStatsAcknowledge', 12));
    state.told(record('ChainedRecord', 14));
    expect(state.summary()).to.equal('logged in | record 12');
    state.notInHand(12);
    expect(state.record).to.equal(undefined);
  });

  it('is the call, whose record stays in hand behind its end', () => {
    const state = new DeskState();
    state.agent = 'ready';
    for (const [name, summary] of [
      ['EventRinging', 'ready | ringing | record 5'],
      ['EventEstablished', 'ready | on call | record 5'],
      ['EventReleased', 'ready | record 5'],
    ] as const) {
      state.told(call(name, 5));
      expect(state.summary(), name).to.equal(summary);
    }
  });

  it('is nothing of campaigns and calls while there is no connection, but its records', () => {
    const state = new DeskState();
    state.told(group('CampaignStarted'));
    state.told(call('EventEstablished', 5));
    state.lost();
    expect(state.summary()).to.equal('not connected');
    state.connected = true;
    expect(state.summary()).to.equal('logged in | Spring | record 5');
  });
});

describe('user data on one line', () => {
  it('says what an agent asks for, and the other pairs as the trace does', () => {
    const data = pairsOf({
      [keys.GSW_USER_EVENT]: 'PreviewRecord', [keys.GSW_APPLICATION_ID]: 156, [keys.GSW_CAMPAIGN_NAME]: 'Spring', [keys.GSW_CALLING_LIST]: 'Spring list',
      [keys.GSW_RECORD_HANDLE]: 12, [keys.GSW_PHONE]: '5550100', [keys.GSW_CHAIN_ID]: 4, [keys.GSW_TZ_NAME]: 'GMT', [keys.GSW_TZ_OFFSET]: 0,
      [keys.GSW_CALL_RESULT]: 6, [keys.GSW_ATTEMPTS]: 2, customer_name: "O'Brien", age: 5, note: 'x'.repeat(100),
    });
    expect(describeData(new ReceivedData(data))).to.equal(
      `record 12 of Spring list, 5550100, attempts 2, result Busy, GMT, customer_name='O\\'Brien', age=5, note='${'x'.repeat(59)}...`,
    );
  });

  it('says nothing of a result that there is not, and the number of one without a name', () => {
    const lines = [28, 7, 777].map((number) => describeData(new ReceivedData(pairsOf({ [keys.GSW_CALL_RESULT]: number }))));
    expect(lines).to.deep.equal(['', 'result NoAnswer', 'result 777']);
  });

  it('names the campaign group, else the campaign, where there is no record', () => {
    expect(describeData(group('CampaignLoaded'))).to.equal('Spring@Sales');
    expect(describeData(said('PreviewRecordEmpty', { [keys.GSW_CAMPAIGN_NAME]: 'Spring', [keys.GSW_ERROR]: 'No Records Available' }))).to.equal(
      'Spring, No Records Available',
    );
  });

  it('shows lists', () => {
    const list: KvList = [{ key: 'L', value: { type: 'kvlist', value: pairsOf({ a: 1, b: 'c' }) } }];
    expect(describeData(new ReceivedData(list))).to.equal("L={a=1, b='c'}");
  });
});

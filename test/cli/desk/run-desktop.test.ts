import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { describeLeaf, findValue, int, keys, type KvList, string, type Value } from '../../../protocol/index.js';
import { createDesktop } from '../../../src/cli/desk/run-desktop.js';
import { systemClock } from '../../../src/util/clock.js';
import { acceptDesktop, userData } from '../../client/support.js';
import { FakeGateway, type FakeLine } from '../../support/fake-gateway.js';

/** `desktop` in this process, at a gateway that does what the test says. */
class SeatedDesktop {
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  readonly done: Promise<void>;
  line!: FakeLine;
  /** What was written. */
  out = '';
  #watchers: (() => void)[] = [];

  private constructor(
    gateway: FakeGateway,
    isTTY: boolean,
    env: Readonly<Record<string, string>>,
  ) {
    this.stdin = Object.assign(new PassThrough(), { isTTY });
    this.stdout = Object.assign(new PassThrough(), { isTTY, columns: 80 });
    this.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
      for (const watcher of this.#watchers.splice(0)) watcher();
    });
    const run = createDesktop({ env, clock: systemClock, stdin: this.stdin, stdout: this.stdout });
    const server = { host: '127.0.0.1', port: gateway.port };
    this.done = run({ agent: '1001', dn: '7001', server, client: 'desk', timeoutMs: 5000, passwordEnv: 'PW', agentPasswordEnv: 'AGENT' });
    this.done.catch(() => undefined);
  }

  static async open(gateway: FakeGateway, { isTTY = false, env = {} }: { isTTY?: boolean; env?: Record<string, string> } = {}): Promise<SeatedDesktop> {
    const desktop = new SeatedDesktop(gateway, isTTY, { PW: 'client secret', AGENT: 'agent secret', ...env });
    desktop.line = await gateway.line();
    await acceptDesktop(desktop.line);
    await desktop.answer('RequestRegisterAddress', 'EventRegistered');
    await desktop.answer('RequestAgentLogin', 'EventAgentLogin');
    expect((await desktop.asked()).text).to.equal('CampaignStatusRequest');
    return desktop;
  }

  /** Takes the next request and answers it. */
  async answer(
    request: 'RequestRegisterAddress' | 'RequestAgentLogin' | 'RequestAgentLogout' | 'RequestAgentReady',
    event: 'EventRegistered' | 'EventAgentLogin' | 'EventAgentLogout' | 'EventAgentReady',
  ): Promise<void> {
    const { attributes } = await this.line.next(request);
    this.line.send(event, { AttributeThisDN: '7001', AttributeReferenceID: attributes.AttributeReferenceID });
  }

  /** Takes a request in user data, and acknowledges it: its type and pairs as text, without the reference, and that. */
  async asked(): Promise<{ readonly text: string; readonly reference: Value | undefined }> {
    const { attributes } = await this.line.next('RequestDistributeUserEvent');
    this.line.send('EventACK', { AttributeThisDN: '7001', AttributeReferenceID: attributes.AttributeReferenceID });
    const data = attributes.AttributeUserData;
    const pairs = data.filter(({ key }) => key !== keys.GSW_REFERENCE_ID && key !== keys.GSW_AGENT_REQ_TYPE);
    const type = findValue(data, keys.GSW_AGENT_REQ_TYPE);
    const texts = pairs.map(({ key, value }) => `${key}=${value.type === 'kvlist' ? '' : describeLeaf(value)}`);
    return { text: [type?.type === 'string' ? type.value : '', ...texts].join(' '), reference: findValue(data, keys.GSW_REFERENCE_ID) };
  }

  say(name: string, pairs: KvList = [], reference?: Value): void {
    const echo = reference === undefined ? [] : [{ key: keys.GSW_REFERENCE_ID, value: reference }];
    this.line.send('EventUserEvent', { AttributeThisDN: '7001', AttributeUserData: [...userData(name), ...pairs, ...echo] });
  }

  /** Hands out a record, unasked. */
  async hand(handle: number): Promise<void> {
    this.say('PreviewRecord', [
      { key: keys.GSW_CAMPAIGN_NAME, value: string('Spring') },
      { key: keys.GSW_CALLING_LIST, value: string('L') },
      { key: keys.GSW_RECORD_HANDLE, value: int(handle) },
    ]);
    await this.until(`record ${handle} of L`);
  }

  type(text: string): void {
    this.stdin.write(text);
  }

  async until(text: string): Promise<void> {
    while (!this.out.includes(text)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  /** Lets it log out, and waits until it has ended. */
  async leave(): Promise<void> {
    this.stdin.end();
    await this.answer('RequestAgentLogout', 'EventAgentLogout');
    await this.done;
  }
}

/** What stands behind the last time that the screen was cleared from a line's beginning. */
const bottom = ({ out }: SeatedDesktop): string => stripVTControlCharacters(out.split('\u001b[0J').at(-1) ?? '');

/** By how many rows the cursor was moved up, each time. */
const UPWARDS = new RegExp(String.raw`\x1b\[(\d+)A`, 'g');
const upsIn = (out: string): string[] => [...out.matchAll(UPWARDS)].map(([, rows]) => rows ?? '');

describe('a desktop at a terminal', () => {
  let gateway: FakeGateway;
  beforeEach(async () => {
    gateway = await FakeGateway.open('T');
  });
  afterEach(() => gateway.close());

  it('logs in with the passwords of its variables', async () => {
    const desktop = await SeatedDesktop.open(gateway);
    const received = desktop.line.received.flatMap(({ attributes }) => Object.values(attributes));
    expect(received).to.include('desk').and.include('client secret').and.include('1001').and.include('agent secret');
    await desktop.leave();
  });

  describe('sends', () => {
    const RECORD = "GSW_CAMPAIGN_NAME='Spring' GSW_CALLING_LIST='L' GSW_RECORD_HANDLE=12";
    const CASES: readonly (readonly [line: string, sent: string])[] = [
      ['processed Busy', `RecordProcessed ${RECORD} GSW_CALL_RESULT=6`],
      ['done 53 customer_name="Ada L."', `RecordProcessed ${RECORD} GSW_CALL_RESULT=53 customer_name='Ada L.'`],
      ['done noanswer GSW_CAMPAIGN_NAME=Autumn', "RecordProcessed GSW_CALLING_LIST='L' GSW_RECORD_HANDLE=12 GSW_CALL_RESULT=7 GSW_CAMPAIGN_NAME='Autumn'"],
      ['reject', `RecordReject ${RECORD}`],
      ['reject GSW_RECORD_HANDLE=13', "RecordReject GSW_CAMPAIGN_NAME='Spring' GSW_CALLING_LIST='L' GSW_RECORD_HANDLE='13'"],
      ['reject GSW_RECORD_HANDLE:=99', 'RecordReject GSW_RECORD_HANDLE=99'],
      ['update age=5', `UpdateCallCompletionStats ${RECORD} age='5'`],
      ['update Answer', `UpdateCallCompletionStats ${RECORD} GSW_CALL_RESULT=33`],
      ['reschedule 12/24/2026 18:30', `RecordReschedule ${RECORD} GSW_DATE_TIME='12/24/2026 18:30'`],
      ['reschedule GSW_DATE_TIME="12/24/2026 18:30" GSW_CALLBACK_TYPE=Personal', `RecordReschedule ${RECORD} GSW_DATE_TIME='12/24/2026 18:30' GSW_CALLBACK_TYPE='Personal'`],
      ['cancel GSW_CHAIN_ATTR=AllChain', `RequestRecordCancel ${RECORD} GSW_CHAIN_ATTR='AllChain'`],
      ['cancel GSW_PHONE=5550100', "RequestRecordCancel GSW_PHONE='5550100'"],
      ['dnc', `DoNotCall ${RECORD}`],
      ['dnc GSW_CUSTOMER_ID=7', "DoNotCall GSW_CUSTOMER_ID='7'"],
      ['add GSW_CALLING_LIST=L GSW_PHONE=0100', "AddRecord GSW_CALLING_LIST='L' GSW_PHONE='0100'"],
      ['send LogOut a=b', "LogOut a='b'"],
      ['campaign Autumn\ntake', "PreviewRecordRequest GSW_CAMPAIGN_NAME='Autumn'"],
      ['campaign Autumn\nstart', "PreviewDialingModeStart GSW_CAMPAIGN_NAME='Autumn'"],
      ['campaign Autumn\nover', "PreviewDialingModeOver GSW_CAMPAIGN_NAME='Autumn'"],
      ['campaign Autumn\ndnc GSW_PHONE=1', "DoNotCall GSW_CAMPAIGN_NAME='Autumn' GSW_PHONE='1'"],
      ['take GSW_CAMPAIGN_NAME=Autumn\ncampaign Autumn\ntake', "PreviewRecordRequest GSW_CAMPAIGN_NAME='Autumn'"],
    ];
    for (const [line, sent] of CASES) {
      it(line.replaceAll('\n', '; '), async () => {
        const desktop = await SeatedDesktop.open(gateway);
        await desktop.hand(12);
        await desktop.hand(13);
        desktop.type(`${line}\n`);
        const { text, reference } = await desktop.asked();
        expect(text).to.equal(sent);
        desktop.say('Done', [], reference);
        await desktop.leave();
      });
    }

    it('chain, and shows all of it before the next command', async () => {
      const desktop = await SeatedDesktop.open(gateway);
      await desktop.hand(12);
      desktop.type('chain\nreject\n');
      const { text, reference } = await desktop.asked();
      expect(text).to.equal(`ChainedRecordRequest ${RECORD}`);
      desktop.say('ChainedRecord', [{ key: keys.GSW_PHONE, value: string('first') }], reference);
      desktop.say('ChainedRecord', [{ key: keys.GSW_PHONE, value: string('second') }], reference);
      desktop.say('ChainedRecordsDataEnd', [], reference);
      const next = await desktop.asked();
      expect(next.text).to.match(/^RecordReject /);
      desktop.say('RecordRejectAcknowledge', [], next.reference);
      await desktop.leave();
      expect(desktop.out).to.match(/ChainedRecord +first\n.*ChainedRecord +second\n.*ChainedRecordsDataEnd/s);
    });
  });

  describe('sends nothing for', () => {
    const CASES: readonly (readonly [line: string, says: string])[] = [
      ['done Busy', 'there is no record in hand'],
      ['done', 'processed RESULT'],
      ['done Bussy', "'Bussy' is no call result"],
      ['reject now', "'now' is no pair"],
      ['take', 'no campaign has been heard of'],
      ['campaign', 'campaign NAME'],
      ['send', 'send TYPE'],
      ['wait', 'wait EVENT [DURATION]'],
      ['wait A 5', 'wait EVENT [DURATION]'],
      ['record', 'there is no record in hand'],
      ['frobnicate', "there is no command 'frobnicate'; help lists them"],
      ['help frobnicate', "there is no command 'frobnicate'"],
      ['take "x', 'a " is not closed'],
    ];
    for (const [line, says] of CASES) {
      it(line, async () => {
        const desktop = await SeatedDesktop.open(gateway);
        desktop.type(`${line}\n`);
        // nothing was sent between the login and the logout
        await desktop.leave();
        expect(desktop.out).to.match(/^\d\d:\d\d:\d\d \? {20}/m).and.include(says);
      });
    }
  });

  it('forgets a record that the gateway says is not in its hands', async () => {
    const desktop = await SeatedDesktop.open(gateway);
    await desktop.hand(12);
    desktop.type('reject\nstate\n');
    const { reference } = await desktop.asked();
    desktop.say('Error', [{ key: keys.GSW_ERROR_NUMBER, value: int(5) }, { key: keys.GSW_ERROR, value: string('not yours') }], reference);
    await desktop.leave();
    expect(desktop.out).to.match(/RecordReject +refused: RecordNotWithAgent \(5\): not yours\nlogged in\n/);
  });

  it('lets nobody forge a line', async () => {
    const desktop = await SeatedDesktop.open(gateway);
    desktop.say('Campaign\nLoaded', [{ key: 'a\nb', value: string('c\n\u001b[2J') }, { key: keys.GSW_PHONE, value: string('1\r\n\u001b[31m') }]);
    await desktop.until('Campaign?Loaded');
    await desktop.leave();
    expect(desktop.out).to.include('a?b=').and.not.include('\u001b').and.not.include('\r');
    expect(desktop.out.split('\n')).to.have.length(4);
  });

  it('helps with every command, and says what one of them sends', async () => {
    const desktop = await SeatedDesktop.open(gateway);
    desktop.type('help\nhelp done\n');
    await desktop.leave();
    for (const name of ['ready', 'notready', 'take, next', 'processed, done', 'chain', 'send', 'wait', 'quit, exit']) expect(desktop.out).to.include(`\n  ${name} `);
    expect(desktop.out).to.include('It sends RecordProcessed.');
    for (const line of desktop.out.split('\n')) expect(line.length, line).to.be.at.most(90);
  });

  describe('with a prompt', () => {
    it('shows the state, and keeps what has been typed below what comes', async () => {
      const desktop = await SeatedDesktop.open(gateway, { isTTY: true });
      await desktop.until('1001 logged in > ');
      desktop.type('done Bu');
      await desktop.until('done Bu');
      await desktop.hand(12);
      await desktop.until('1001 logged in | record 12 > ');
      expect(bottom(desktop)).to.match(/^1001 logged in \| record 12 > done Bu$/);
      desktop.type('sy\r');
      const { text, reference } = await desktop.asked();
      expect(text).to.match(/GSW_CALL_RESULT=6$/);
      desktop.say('RecordProcessedAcknowledge', [{ key: keys.GSW_RECORD_HANDLE, value: int(12) }], reference);
      await desktop.until('RecordProcessedAcknowledge');
      desktop.type('ready\r');
      await desktop.answer('RequestAgentReady', 'EventAgentReady');
      await desktop.until('1001 ready > ');
      await desktop.leave();
    });

    it('goes up by all the rows of a long line, and not again', async () => {
      const desktop = await SeatedDesktop.open(gateway, { isTTY: true });
      await desktop.until('1001 logged in > ');
      desktop.type(`send ${'x'.repeat(100)}`);
      await desktop.until('xxx');
      await desktop.hand(12);
      desktop.say('CampaignLoaded');
      await desktop.until('CampaignLoaded');
      // 122 characters on 80 columns: one row up for each of the two lines, and each time the prompt is below it
      expect(new Set(upsIn(desktop.out))).to.deep.equal(new Set(['1']));
      const said = desktop.out.slice(desktop.out.indexOf('PreviewRecord'));
      expect(upsIn(said), 'before the second line, and before the refreshing behind each').to.have.length(3);
      desktop.type('\u0015');
      await desktop.leave();
    });

    it('has history and completion', async () => {
      const desktop = await SeatedDesktop.open(gateway, { isTTY: true });
      await desktop.until('1001 logged in > ');
      desktop.type('send A\r');
      const first = await desktop.asked();
      desktop.say('Done', [], first.reference);
      await desktop.until('Done');
      desktop.type('\u001b[A');
      desktop.type('\r');
      const second = await desktop.asked();
      expect(second.text).to.equal('A');
      desktop.say('Done', [], second.reference);
      desktop.type('rea');
      await desktop.until('rea');
      desktop.type('\t');
      await desktop.until('ready ');
      desktop.type('\r');
      await desktop.answer('RequestAgentReady', 'EventAgentReady');
      await desktop.leave();
    });

    it('logs out at Ctrl-C, in the middle of a line, and leaves no prompt', async () => {
      const desktop = await SeatedDesktop.open(gateway, { isTTY: true });
      await desktop.until('1001 logged in > ');
      desktop.type('done');
      desktop.type('\u0003');
      await desktop.answer('RequestAgentLogout', 'EventAgentLogout');
      await desktop.done;
      expect(bottom(desktop)).to.equal('');
      expect(desktop.out).to.include('EventAgentLogout');
    });

    it('has colours, unless they are not wanted', async () => {
      const coloured = await SeatedDesktop.open(gateway, { isTTY: true });
      await coloured.leave();
      expect(coloured.out).to.include('\u001b[1mEventAgentLogin');
      const plain = await SeatedDesktop.open(gateway, { isTTY: true, env: { NO_COLOR: '1' } });
      await plain.leave();
      expect(plain.out).to.include('\u001b[0J').and.not.include('\u001b[1m').and.not.include('\u001b[2m');
    });
  });
});

import { expect } from 'chai';
import { type Dialect, ErrorCode, EventErrorCode, findValue, int, makeMessage, type Message, ocm1, type ReadMessage, string } from '../../protocol/index.js';
import { bytesOf, malformed } from '../protocol/support/fixtures.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { desktopOf, groupReport, openGateway, resetGateway, SPRING, supervisorOf, type TestGateway } from '../support/gateway.js';
import { seededRandom } from '../support/random.js';
import { RawLine } from '../support/raw-line.js';
import { Account, Worker } from '../support/worker.js';

interface Port {
  readonly dialect: Dialect;
  readonly port: (gateway: TestGateway) => number;
  /** What a client begins with, and by what it is answered. */
  readonly hello: readonly Message[];
  readonly answers: readonly string[];
  readonly error: string;
  readonly errorAttributes: Readonly<Record<string, unknown>>;
}

const PORTS: readonly Port[] = [
  {
    dialect: 'GSW_CM',
    port: ({ ports }) => ports.direct,
    hello: [
      makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 1, GSW_CM_AttrClientName: 'supervisor' }),
      makeMessage('GSW_CM_ReqGetCampaignStatus', { GSW_CM_AttrReferenceID: 2, GSW_CM_AttrSessionID: SPRING.dbid }),
    ],
    answers: ['GSW_CM_EvClientRegistered', 'GSW_CM_EvCampaignStatus'],
    error: 'GSW_CM_EvError',
    errorAttributes: { GSW_CM_AttrRequestID: 0, GSW_CM_AttrErrorCode: ErrorCode.InvalidParameter },
  },
  {
    dialect: 'T',
    port: ({ ports }) => ports.tevents,
    hello: [
      makeMessage('RequestRegisterClient', { AttributeReferenceID: 1, AttributeApplicationName: 'desktop' }),
      makeMessage('RequestRegisterAddress', { AttributeReferenceID: 2, AttributeThisDN: '7001' }),
    ],
    answers: ['EventServerConnected', 'EventRegistered'],
    error: 'EventError',
    errorAttributes: { AttributeErrorCode: EventErrorCode.Malformed },
  },
];

/** Malformed as the bytes of one frame; as a stream the one is not over, and the other goes on with the next frame. */
const NO_STREAM = new Set(['malformed/frame-cut', 'malformed/bytes-behind-frame']);

const namesOf = (messages: readonly ReadMessage[]): string[] => messages.map(({ name }) => name);
const bytesOfAll = (messages: readonly Message[]): Buffer => Buffer.concat(messages.map((message) => ocm1.encode(message)));

/** How many of the messages are whole in the first `size` of their bytes. */
function wholeIn(messages: readonly Message[], size: number): number {
  let end = 0;
  return messages.filter((message) => (end += ocm1.encode(message).byteLength) <= size).length;
}

describe('lines', () => {
  let gateway: TestGateway;

  before(async function () {
    // a store takes seconds to be made, and more on a busy machine
    this.timeout(60_000);
    gateway = await openGateway();
  });
  after(() => gateway.close());

  describe('that are not as they should be', () => {
    const lines: RawLine[] = [];
    const open = async ({ port, dialect }: Port): Promise<RawLine> => {
      const line = await RawLine.open(port(gateway), dialect);
      lines.push(line);
      return line;
    };

    afterEach(() => {
      for (const line of lines.splice(0)) line.destroy();
      expect(gateway.log.filter((line) => /^(?:error|fatal)/.test(line))).to.deep.equal([]);
    });

    for (const at of PORTS) {
      const { dialect, hello, answers, error, errorAttributes } = at;

      /** What the gateway says to these bytes until it ends the line; the client ends its own where it is told to. */
      const say = async (bytes: Uint8Array, { ends }: { readonly ends: boolean }): ReturnType<RawLine['rest']> => {
        const line = await open(at);
        line.send(bytes);
        if (ends) line.socket.end();
        const rest = await line.rest();
        line.destroy();
        return rest;
      };

      describe(`over ${dialect}`, () => {
        it('are read, wherever their frames are cut', async () => {
          const bytes = bytesOfAll(hello);
          const other = await open(at);
          other.send(bytes);
          for (const answer of answers) expect((await other.message()).name).to.equal(answer);
          for (let cut = 1; cut < bytes.length; cut += 1) {
            const line = await open(at);
            line.send(bytes.subarray(0, cut));
            // by the time another line is answered, the first part has been read
            other.sendMessage(...hello.slice(1));
            await other.message();
            line.send(bytes.subarray(cut));
            expect([(await line.message()).name, (await line.message()).name], `cut at ${cut}`).to.deep.equal(answers);
            line.destroy();
          }
        });

        it('are served as far as they are whole, when the client ends its stream anywhere', async () => {
          const bytes = bytesOfAll(hello);
          for (let cut = 0; cut <= bytes.length; cut += 1) {
            const { messages, end } = await say(bytes.subarray(0, cut), { ends: true });
            expect({ names: namesOf(messages), end }, `cut at ${cut}`).to.deep.equal({ names: answers.slice(0, wholeIn(hello, cut)), end: 'fin' });
          }
        });

        const rubbish: readonly (readonly [string, Uint8Array])[] = [
          ['an HTTP request', Buffer.from('GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')],
          ['a TLS hello', bytesOf('16 03 01 00 c4 01 00 00 c0 03 03 5f 2e 00 00 00 00 00 00 00 00')],
          ['a length of 0', bytesOf('00 00 00 00')],
          ['a length of 5', bytesOf('00 00 00 05 43 01 00 07 00')],
          ['a length of 4 GiB', bytesOf('ff ff ff ff')],
          ['blanks', Buffer.from(' '.repeat(100))],
        ];
        for (const [what, bytes] of rubbish) {
          it(`get one Error for ${what}, behind what was served before it, and their end`, async () => {
            const first = await say(bytes, { ends: false });
            expect({ names: namesOf(first.messages), end: first.end }).to.deep.equal({ names: [error], end: 'fin' });
            expect(first.messages[0]?.attributes).to.include(errorAttributes);

            const later = await say(Buffer.concat([bytesOfAll(hello), bytes, bytesOfAll(hello)]), { ends: false });
            expect({ names: namesOf(later.messages), end: later.end }).to.deep.equal({ names: [...answers, error], end: 'fin' });
          });
        }

        it('get their Error though they go on sending', async () => {
          const line = await open(at);
          line.send(bytesOf('ff ff ff ff'), Buffer.alloc(8 * 2 ** 20, 'x'));
          line.socket.end();
          const { messages, end } = await line.rest();
          expect({ names: namesOf(messages), end }).to.deep.equal({ names: [error], end: 'fin' });
          expect(await line.broken, 'a reset could overtake the Error').to.equal(false);
        });

        it('get one Error that says the byte, for every malformed frame', async () => {
          const theirs = malformed.filter(({ listener, name }) => listener === dialect && !NO_STREAM.has(name));
          expect(theirs.length).to.be.at.least(1);
          for (const { name, bytes, offset } of theirs) {
            const { messages, end } = await say(Buffer.concat([bytesOfAll(hello), bytes]), { ends: false });
            expect({ names: namesOf(messages), end }, name).to.deep.equal({ names: [...answers, error], end: 'fin' });
            const attributes: object = messages.at(-1)?.attributes ?? {};
            expect(attributes, name).to.include(errorAttributes);
            expect(Object.values(attributes).join(), name).to.match(new RegExp(`byte offset ${offset}\\b`));
          }
        });

        it('get one Error or none for random bytes, and nobody else is the worse for it', async () => {
          const random = seededRandom(dialect.length);
          const other = await open(at);
          other.send(bytesOfAll(hello));
          for (const answer of answers) expect((await other.message()).name).to.equal(answer);
          for (let round = 0; round < 50; round += 1) {
            const bytes = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 200) }, () => Math.floor(random() * 256)));
            // a length that passes, now and then
            if (round % 2 === 0) bytes.fill(0, 0, Math.min(3, bytes.length));
            const { messages, end } = await say(bytes, { ends: true });
            expect(namesOf(messages), bytes.toString('hex')).to.deep.equal(messages.length === 0 ? [] : [error]);
            expect(end).to.equal('fin');
          }
          other.sendMessage(...hello.slice(1));
          expect((await other.message()).name).to.equal(answers[1]);
        });

        it('may send larger frames once they have registered', async () => {
          const large = makeMessage(dialect === 'T' ? 'RequestDistributeUserEvent' : 'GSW_CM_ReqGetCampaignStatus', {
            AttributeReferenceID: 9,
            AttributeThisDN: '7001',
            AttributeUserData: [{ key: 'x', value: string('x'.repeat(100_000)) }],
            GSW_CM_AttrReferenceID: 9,
            GSW_CM_AttrSessionID: SPRING.dbid,
            GSW_CM_AttrProperties: [{ key: 'x', value: string('x'.repeat(100_000)) }],
          } as unknown as Parameters<typeof makeMessage>[1]);
          const before = await say(ocm1.encode(large), { ends: false });
          expect({ names: namesOf(before.messages), end: before.end }).to.deep.equal({ names: [error], end: 'fin' });
          const line = await open(at);
          line.send(bytesOfAll([...hello, large]));
          const heard = [await line.message(), await line.message(), await line.message()];
          expect(namesOf(heard)).to.deep.equal([...answers, dialect === 'T' ? 'EventACK' : 'GSW_CM_EvCampaignStatus']);
        });
      });
    }
  });

  describe('that come and go', () => {
    const RECORDS = 25;
    beforeEach(() => resetGateway(gateway, RECORDS));

    const RUBBISH = bytesOf('ff ff ff ff');
    const endings: readonly (readonly [how: string, end: (line: RawLine) => void, error: readonly number[]])[] = [
      ['only the client has ended its stream', (line) => void line.socket.end(), []],
      ['what follows cannot be read', (line) => line.send(RUBBISH), [0]],
    ];
    for (const [how, end, error] of endings) {
      it(`are answered to the last request when ${how}`, async () => {
        const session = { GSW_CM_AttrSessionID: SPRING.dbid };
        const supervisor = await RawLine.open(gateway.ports.direct, 'GSW_CM');
        supervisor.sendMessage(
          makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 1, GSW_CM_AttrClientName: 'supervisor' }),
          makeMessage('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrReferenceID: 2, ...session }),
          makeMessage('GSW_CM_ReqCampaignRegistered', { GSW_CM_AttrReferenceID: 3, ...session }),
          makeMessage('GSW_CM_ReqStartDialing', { GSW_CM_AttrReferenceID: 4, ...session }),
          makeMessage('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrReferenceID: 5, ...session }),
          makeMessage('GSW_CM_ReqGetCampaignStatus', { GSW_CM_AttrReferenceID: 6, ...session }),
        );
        end(supervisor);
        const heard = await supervisor.rest();
        const answers = heard.messages.map(({ name, attributes }) => [name, 'GSW_CM_AttrRequestID' in attributes && attributes.GSW_CM_AttrRequestID]);
        expect({ answers, end: heard.end }).to.deep.equal({
          answers: [
            ['GSW_CM_EvClientRegistered', 1],
            ['GSW_CM_EvCampaignLoaded', 2],
            ['GSW_CM_EvCampaignRegistered', 3],
            ['GSW_CM_EvDialingStarted', 4],
            ['GSW_CM_EvError', 5],
            ['GSW_CM_EvCampaignStatus', 6],
            ...error.map((requestId) => ['GSW_CM_EvError', requestId]),
          ],
          end: 'fin',
        });
        supervisor.destroy();

        const desktop = await RawLine.open(gateway.ports.tevents, 'T');
        desktop.sendMessage(
          makeMessage('RequestRegisterClient', { AttributeReferenceID: 1, AttributeApplicationName: 'desktop' }),
          makeMessage('RequestRegisterAddress', { AttributeReferenceID: 2, AttributeThisDN: '7001' }),
          makeMessage('RequestAgentLogin', { AttributeReferenceID: 3, AttributeThisDN: '7001', AttributeAgentID: '1001' }),
          makeMessage('RequestDistributeUserEvent', {
            AttributeReferenceID: 4,
            AttributeThisDN: '7001',
            AttributeUserData: [
              { key: 'GSW_AGENT_REQ_TYPE', value: string('PreviewRecordRequest') },
              { key: 'GSW_CAMPAIGN_NAME', value: string('Spring') },
            ],
          }),
        );
        end(desktop);
        const told = await desktop.rest();
        expect({ names: namesOf(told.messages), end: told.end }).to.deep.equal({
          names: ['EventServerConnected', 'EventRegistered', 'EventAgentLogin', 'EventACK', 'EventUserEvent', ...error.map(() => 'EventError')],
          end: 'fin',
        });
        const event = told.messages.find((message) => message.name === 'EventUserEvent');
        expect(event?.name === 'EventUserEvent' && findValue(event.attributes.AttributeUserData, 'GSW_USER_EVENT')).to.deep.equal(string('PreviewRecord'));
        desktop.destroy();
      });
    }

    it('are closed where they stall, and the others on the same DN get everything', async () => {
      // as much as the kernel's own buffers take, and the gateway's limit on top
      const echo = 'x'.repeat(500_000);
      const most = 100;
      const supervisor = await supervisorOf(gateway);
      const ada = await desktopOf(gateway);
      await ada.registerAddress('7001');
      await ada.login('1001');
      const stalled = await RawLine.open(gateway.ports.tevents, 'T');
      stalled.sendMessage(
        makeMessage('RequestRegisterClient', { AttributeReferenceID: 1, AttributeApplicationName: 'stalled' }),
        makeMessage('RequestRegisterAddress', { AttributeReferenceID: 2, AttributeThisDN: '7001' }),
      );
      await stalled.message();
      await stalled.message();
      stalled.socket.pause();

      const before = gateway.log.length;
      const isClosed = (): boolean => gateway.log.slice(before).some((line) => line.includes('closed: outboxFull'));
      let answered = 0;
      while (!isClosed() && answered < most) {
        // refused, and said with the whole echo to every line of the DN
        const data = [
          { key: 'GSW_AGENT_REQ_TYPE', value: string('Dance') },
          { key: 'GSW_REFERENCE_ID', value: string(echo) },
        ];
        await ada.request('RequestDistributeUserEvent', { AttributeThisDN: '7001', AttributeUserData: data });
        answered += 1;
      }
      expect(isClosed(), `closed behind ${answered} answers`).to.equal(true);
      await supervisor.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid });
      await ada.request('RequestHeartbeat', {});
      await ada.close();
      const events: string[] = [];
      for await (const { name, attributes } of ada.events) {
        if (name !== 'EventUserEvent') continue;
        const texts = attributes.AttributeUserData.flatMap(({ value }) => (value.type === 'string' ? [value.value] : []));
        events.push(texts.includes(echo) ? 'echo' : (texts[0] ?? ''));
      }
      expect(events).to.deep.equal([...Array.from({ length: answered }, () => 'echo'), 'CampaignLoaded']);
      stalled.destroy();
      await supervisor.close();
    });

    it('end each record once, when they are cut in the middle of frames', async () => {
      const random = seededRandom(5);
      const proxy = await CuttingProxy.open(gateway.ports.tevents, () => 700 + Math.floor(random() * 1500));
      const supervisor = await supervisorOf(gateway);
      const account = new Account();
      const final = (await groupReport(gateway, SPRING.dbid)).records.final;
      const workers: Worker[] = [];
      try {
        await supervisor.request('GSW_CM_ReqLoadCampaign', {
          GSW_CM_AttrSessionID: SPRING.dbid,
          GSW_CM_AttrProperties: [{ key: 'GSW_AUTO_COMPLETION', value: int(1) }],
        });
        await supervisor.request('GSW_CM_ReqStartDialing', { GSW_CM_AttrSessionID: SPRING.dbid });
        for (const [agent, dn] of [['1001', '7001'], ['1002', '7002']] as const) {
          workers.push(await Worker.open(agent, dn, proxy.clientPort, random, account, () => undefined));
        }
        await Promise.all(workers.map((worker) => worker.work()));
        expect(proxy.cuts, 'lines cut').to.be.at.least(10);
        expect(account.acknowledged.size).to.equal(RECORDS);
        expect(account.handedAgain).to.deep.equal([]);
        const { records } = await groupReport(gateway, SPRING.dbid);
        expect({ ...records, final: records.final - final }).to.deep.include({ ready: 0, retrieved: 0, final: RECORDS });
      } finally {
        for (const { client } of workers) await client.close();
        await supervisor.close();
        await proxy.close();
      }
    });
  });
});

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect } from 'chai';
import { makeMessage, ocm1 } from '../../protocol/index.js';
import type { Dialect, Message, Value } from '../../protocol/index.js';
import { parseScript, runSession, ScriptError, SessionFailure } from '../../src/scenario/index.js';
import type { RunSessionOptions } from '../../src/scenario/index.js';
import { sameValue } from '../../src/scenario/match.js';
import { duplexPair } from '../support/duplex-pair.js';
import { ManualClock } from '../support/manual-clock.js';

const PREVIEW = new URL('../../../fixtures/sessions/preview.session', import.meta.url);

/** The other side of one connection, by hand. */
class Peer {
  readonly received: Message[] = [];
  readonly stream: Duplex;
  ended = false;
  constructor(stream: Duplex, dialect: Dialect, answer: (message: Message, peer: Peer) => void) {
    this.stream = stream;
    const splitter = ocm1.splitter({ frameBytes: 2 ** 20, listDepth: 16, entries: 1000 }, (frame) => {
      const message = ocm1.decode(frame, dialect, { frameBytes: 2 ** 20, listDepth: 16, entries: 1000 });
      this.received.push(message);
      answer(message, this);
    });
    stream.on('data', (chunk: Uint8Array) => splitter.push(chunk));
    stream.on('end', () => (this.ended = true));
  }
  send(...messages: Message[]): void {
    for (const message of messages) this.stream.write(ocm1.encode(message));
  }
}

interface Ran {
  readonly peers: Peer[];
  readonly failure: SessionFailure | undefined;
  readonly texts: string[];
  readonly steps: number | undefined;
}

/** Runs a script against peers that answer as told. */
async function run(lines: readonly string[], answer: (message: Message, peer: Peer) => void, options: Partial<RunSessionOptions> = {}): Promise<Ran> {
  const peers: Peer[] = [];
  const texts: string[] = [];
  const outcome: unknown = await runSession(parseScript(lines.join('\n')), {
    profile: ocm1,
    timeoutMs: 2000,
    connect: async (_, dialect) => {
      const [ours, theirs] = duplexPair();
      peers.push(new Peer(theirs, dialect, answer));
      return ours;
    },
    onStep: ({ line, text }) => texts.push(`${line} ${text}`),
    ...options,
  }).catch((error: unknown) => error);
  if (outcome instanceof SessionFailure) return { peers, texts, failure: outcome, steps: undefined };
  if (outcome instanceof Error) throw outcome;
  return { peers, texts, failure: undefined, steps: (outcome as { steps: number }).steps };
}

const heartbeat = (reference: number): Message => makeMessage('EventHeartbeat', { AttributeReferenceID: reference });
const userEvent = (name: string, handle: number): Message =>
  makeMessage('EventUserEvent', {
    AttributeThisDN: '7001',
    AttributeEventSequenceNumber: 1n,
    AttributeUserData: [
      { key: 'GSW_USER_EVENT', value: { type: 'string', value: name } },
      { key: 'GSW_RECORD_HANDLE', value: { type: 'int', value: handle } },
      { key: 'GSW_RECORD_HANDLE', value: { type: 'int', value: handle + 1 } },
      { key: 'nested', value: { type: 'kvlist', value: [{ key: 'a', value: { type: 'binary', value: Uint8Array.of(1, 2) } }] } },
    ],
  });

function answerHeartbeats(message: Message, peer: Peer): void {
  const [reference] = message.attributes;
  if (message.type === 1000 && reference?.value.type === 'int') peer.send(heartbeat(reference.value.value));
}

/** Runs `lines` behind a login, upon which the peer does one thing. */
const after = (act: (peer: Peer) => void, ...lines: string[]): Promise<Ran> =>
  run(['connection ada tevents', 'ada > 8', ...lines], (message, peer) => {
    if (message.type === 8) act(peer);
  });
const ends = (peer: Peer): void => void peer.stream.end();
const garbles = (peer: Peer): void => void peer.stream.write(Buffer.from('ffffffff', 'hex'));
const tells = (peer: Peer): void => peer.send(userEvent('x', 1));

/** Where a message has its sequence number, and which. */
function sequenceOf(message: Message): readonly [number, unknown] {
  const at = message.attributes.findIndex((attribute) => attribute.id === 4);
  const value = message.attributes[at]?.value;
  return [at, value?.type === 'long' ? value.value : undefined];
}

/** A list of lists, one for each key. */
const list = (...keys: string[]): Value => ({
  type: 'kvlist',
  value: keys.map((key) => ({ key, value: { type: 'kvlist', value: [{ key: 'i', value: { type: 'int', value: key.length } }] } })),
});

describe('scenario/run-session', () => {
  it('sends what is listed, captures what is new and expects it again', async () => {
    const clock = new ManualClock();
    const { peers, failure, texts, steps } = await run(
      [
        'connection ada tevents',
        'ada > RequestAgentLogin',
        "  AttributeAgentID '1001'",
        "  AttributeThisDN $dn='7001'",
        'ada < EventUserEvent',
        '  AttributeUserData',
        "    'nested'",
        "      'a' $bytes",
        "    'GSW_RECORD_HANDLE' $handle",
        "    'GSW_RECORD_HANDLE' 18",
        "    'GSW_USER_EVENT' *",
        '  AttributeThisDN $dn',
        'ada < EventUserEvent',
        '  AttributeUserData',
        "    'GSW_RECORD_HANDLE' $handle",
        "    'nested' {}",
        'ada > RequestDistributeUserEvent',
        '  AttributeUserData',
        "    'GSW_RECORD_HANDLE' $handle",
        "    'bytes' $bytes",
        "    'dn' $dn='what is captured counts, not the example'",
      ],
      (message, peer) => {
        if (message.type === 8) setImmediate(() => peer.send(userEvent('PreviewRecord', 17), userEvent('Other', 17)));
      },
      { clock },
    );
    expect(clock.pending, 'timers left').to.equal(0);
    expect(failure?.message).to.equal(undefined);
    expect(steps).to.equal(5);
    expect(texts).to.deep.equal(['1 connection ada tevents', '2 ada > RequestAgentLogin', '5 ada < EventUserEvent', '13 ada < EventUserEvent', '17 ada > RequestDistributeUserEvent']);
    const [peer] = peers;
    expect(peer?.received[0]).to.deep.equal({
      dialect: 'T', type: 8,
      attributes: [{ id: 9, value: { type: 'string', value: '1001' } }, { id: 2, value: { type: 'string', value: '7001' } }],
    });
    if (peer?.ended === false) await once(peer.stream, 'end');
    const [data] = peer?.received[1]?.attributes ?? [];
    expect(JSON.stringify(data)).to.contain('"key":"GSW_RECORD_HANDLE","value":{"type":"int","value":17}').and.contain('"key":"dn","value":{"type":"string","value":"7001"}');
  });

  const mismatches: readonly (readonly [what: string, lines: readonly string[], fault: string])[] = [
    ['another message', ['ada < EventACK'], 'line 2: ada < EventACK: it is another message'],
    ['another value', ['ada < 96', "  AttributeThisDN '7002'"], "line 3: AttributeThisDN is '7001', not '7002'"],
    ['another type', ['ada < 96', '  AttributeThisDN 7001'], "line 3: AttributeThisDN is '7001', not 7001"],
    ['no such attribute', ['ada < 96', '  AttributeReasons *'], 'line 3: AttributeReasons is not there'],
    ['an attribute listed once too often', ['ada < 96', '  AttributeThisDN *', '  AttributeThisDN *'], 'line 4: AttributeThisDN is not there'],
    ['no such pair', ['ada < 96', '  AttributeUserData', "    'x' *"], "line 3: AttributeUserData 'x' is not there"],
    ['another pair', ['ada < 96', '  AttributeUserData', "    'nested'", "      'a' 0x0103"], "line 3: AttributeUserData 'nested' 'a' is 0x0102, not 0x0103"],
    ['a list where a value is wanted', ['ada < 96', '  AttributeUserData', "    'nested' 5"], "'nested' is a list, not 5"],
    ['a value where a list is wanted', ['ada < 96', '  AttributeThisDN', "    'a' 5"], "AttributeThisDN is '7001', no list"],
    ['a value where any list is wanted', ['ada < 96', '  AttributeThisDN {}'], "AttributeThisDN is '7001', not a list"],
    ['another value than was captured', ['ada < 96', '  AttributeThisDN $x', '  AttributeUserData', "    'GSW_USER_EVENT' $x"], "'GSW_USER_EVENT' is 'PreviewRecord', not '7001'"],
  ];
  for (const [what, lines, fault] of mismatches) {
    it(`fails on ${what}, and shows what came`, async () => {
      const [ours, theirs] = duplexPair();
      new Peer(theirs, 'T', () => undefined).send(userEvent('PreviewRecord', 17));
      const { failure } = await run(['connection ada tevents', ...lines], () => undefined, { connect: async () => ours });
      expect(failure).to.include({ code: 'Mismatch', line: 2 });
      expect(failure?.message).to.contain(fault).and.contain('96 [EventUserEvent]').and.contain("'GSW_RECORD_HANDLE' 17");
      expect(ours.destroyed, 'the connection is closed').to.equal(true);
    });
  }

  it('answers heartbeats and passes over them, unless one is expected', async () => {
    const ask = makeMessage('GSW_CM_ReqHeartbeat', { GSW_CM_AttrReferenceID: 5 });
    const { failure, peers } = await run(
      ['connection sup direct', 'sup > 12', 'sup < GSW_CM_EvError', 'sup > 12', 'sup < GSW_CM_ReqHeartbeat', '  GSW_CM_AttrReferenceID 5', 'sup < GSW_CM_EvError'],
      (message, peer) => {
        if (message.type !== 12) return;
        peer.send(ask, makeMessage('GSW_CM_EvError', { GSW_CM_AttrRequestID: 0, GSW_CM_AttrErrorCode: 1, GSW_CM_AttrErrorMessage: '' }));
      },
    );
    expect(failure).to.equal(undefined);
    const answer = makeMessage('GSW_CM_EvHeartbeat', { GSW_CM_AttrRequestID: 5 });
    expect(peers[0]?.received.filter((message) => message.type === 1001)).to.deep.equal([answer, answer]);
  });

  it('finds a connection silent by a heartbeat, and not silent when something had come before', async () => {
    const lines = ['connection ada tevents', 'ada > 8', 'ada silent'];
    expect((await run(lines, answerHeartbeats)).failure).to.equal(undefined);
    const { failure } = await run(lines, (message, peer) => {
      if (message.type === 8) peer.send(heartbeat(99), userEvent('CampaignLoaded', 1));
      answerHeartbeats(message, peer);
    });
    expect(failure).to.include({ code: 'NotSilent', line: 3 });
    expect(failure?.message).to.contain("'GSW_USER_EVENT' 'CampaignLoaded'");
  });

  it('fails when nothing comes in time, and leaves no timer', async () => {
    const clock = new ManualClock();
    const running = run(['connection ada tevents', 'ada > 8', 'ada < 53'], () => setImmediate(() => clock.advance(2000)), { clock });
    expect((await running).failure).to.include({ code: 'Timeout', line: 3 });
    expect(clock.pending).to.equal(0);
  });

  it('does not wait longer because heartbeats come', async () => {
    const clock = new ManualClock();
    const { failure } = await run(
      ['connection ada tevents', 'ada > 8', 'ada < 53'],
      (_, peer) => {
        setImmediate(() => {
          clock.advance(1500);
          peer.send(heartbeat(1));
          setImmediate(() => clock.advance(500));
        });
      },
      { clock },
    );
    expect(failure).to.include({ code: 'Timeout', line: 3 });
  });

  it('fails when a connection cannot be opened in time', async () => {
    const clock = new ManualClock();
    const { failure } = await run(['connection ada tevents'], () => undefined, {
      clock,
      connect: () => new Promise(() => setImmediate(() => clock.advance(2000))),
    });
    expect(failure).to.include({ code: 'Timeout', line: 1 });
  });

  it('tells an ended stream, a broken line and bytes that cannot be read apart', async () => {
    expect((await after(ends, 'ada < 53')).failure).to.include({ code: 'Ended', line: 3 });
    expect((await after(ends, 'ada closed', 'ada closed')).failure).to.equal(undefined);
    expect((await after(ends, 'ada closed', 'ada < 53')).failure).to.include({ code: 'Ended', line: 4 });
    expect((await after(garbles, 'ada < 53')).failure).to.include({ code: 'Broken', line: 3 });
    expect((await after(garbles, 'ada closed')).failure).to.include({ code: 'Broken', line: 3 });
    expect((await after(tells, 'ada closed')).failure).to.include({ code: 'Mismatch', line: 3 });
    expect((await after(() => undefined, 'ada ends', 'ada > 8')).failure).to.include({ code: 'Ended', line: 4 });
  });

  it('takes a line that is cut on our side or fails for closed', async () => {
    for (const error of [undefined, new Error('reset')]) {
      const cut = async (...lines: string[]): Promise<Ran> => {
        const [ours] = duplexPair();
        setImmediate(() => ours.destroy(error));
        return run(['connection ada tevents', ...lines], () => undefined, { connect: async () => ours });
      };
      expect((await cut('ada closed')).failure).to.equal(undefined);
      expect((await cut('ada < 53')).failure).to.include({ code: error === undefined ? 'Ended' : 'Broken', line: 2 });
    }
  });

  it('lets what was sent last arrive before it cuts the line', async () => {
    let written = 0;
    const slow = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        setImmediate(() => {
          written += 1;
          done();
        });
      },
    });
    await run(['connection ada tevents', 'repeat 5', 'ada > 8', 'end'], () => undefined, { connect: async () => slow });
    expect(written).to.equal(5);
    expect(slow.destroyed).to.equal(true);
  });

  it('connects nobody for a script that does not say what to send', async () => {
    let connected = 0;
    const lines = ['connection ada tevents', 'ada > 8', '  AttributeThisDN *'];
    const error: unknown = await run(lines, () => undefined, { connect: () => Promise.reject(new Error(`connected ${(connected += 1)}`)) }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ScriptError);
    expect(connected).to.equal(0);
  });

  it('compares captured lists whole', () => {
    expect(sameValue(list('a', 'b'), list('a', 'b'))).to.equal(true);
    expect(sameValue(list('a', 'b'), list('a'))).to.equal(false);
    expect(sameValue(list('a'), list('a', 'b'))).to.equal(false);
    expect(sameValue(list('a', 'b'), list('a', 'c'))).to.equal(false);
    expect(sameValue(list('a'), list('aa'))).to.equal(false);
    expect(sameValue(list('a'), { type: 'int', value: 1 })).to.equal(false);
  });

  it('opens a name again and cuts its old line', async () => {
    const { peers, failure } = await run(['connection ada tevents', 'connection ada tevents', 'ada > 8', 'ada silent'], answerHeartbeats);
    expect(failure).to.equal(undefined);
    expect(peers.map((peer) => peer.received.length)).to.deep.equal([0, 2]);
    expect(peers[0]?.stream.destroyed || peers[0]?.ended).to.equal(true);
  });

  it('repeats a block, capturing anew each time', async () => {
    let handle = 100;
    const { failure, steps, peers } = await run(
      ['connection ada tevents', 'repeat 3', 'ada > 8', 'ada < 96', '  AttributeUserData', "    'GSW_RECORD_HANDLE' $handle", 'ada > 9', '  1 $handle', 'end', 'ada silent'],
      (message, peer) => {
        if (message.type === 8) peer.send(userEvent('PreviewRecord', (handle += 1)));
        answerHeartbeats(message, peer);
      },
    );
    expect(failure).to.equal(undefined);
    expect(steps).to.equal(12);
    const sent = peers[0]?.received.filter((message) => message.type === 9).map((message) => message.attributes[0]?.value);
    expect(sent).to.deep.equal([101, 102, 103].map((value) => ({ type: 'int', value })));
  });

  describe('from both sides, over sockets', () => {
    let server: Server;
    const accepted: Socket[] = [];

    beforeEach(async () => {
      server = createServer({ allowHalfOpen: true, noDelay: true });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterEach(() => {
      for (const socket of accepted.splice(0)) socket.destroy();
      server.close();
    });

    it('plays the shipped example against itself', async () => {
      const script = parseScript(await readFile(PREVIEW, 'utf8'));
      const common = { profile: ocm1, timeoutMs: 5000 };
      const gateway = runSession(script, {
        ...common,
        role: 'gateway',
        connect: async () => {
          const [socket] = (await once(server, 'connection')) as [Socket];
          accepted.push(socket);
          return socket;
        },
      });
      const client = runSession(script, {
        ...common,
        connect: async () => {
          const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
          await once(socket, 'connect');
          return socket;
        },
      });
      const [asGateway, asClient] = await Promise.all([gateway, client]);
      expect(asGateway).to.deep.equal(asClient);
      expect(asClient.steps).to.equal(script.steps.length);
    });

    it('numbers the T-Events that it sends as the gateway', async () => {
      const [ours, theirs] = duplexPair();
      const peer = new Peer(theirs, 'T', () => undefined);
      peer.send(makeMessage('RequestHeartbeat', { AttributeReferenceID: 3 }));
      const lines = ['connection ada tevents', 'ada > RequestHeartbeat', 'ada < 53', "  AttributeThisDN '7001'", 'ada < 96', '  AttributeEventSequenceNumber 9L', 'ada < 138', '  AttributeReferenceID 1'];
      await runSession(parseScript(lines.join('\n')), { profile: ocm1, timeoutMs: 2000, role: 'gateway', connect: async () => ours });
      if (!peer.ended) await once(theirs, 'end');
      const numbers = peer.received.map((message) => [message.type, ...sequenceOf(message)]);
      expect(numbers).to.deep.equal([[1001, 0, 0n], [53, 1, 1n], [96, 0, 9n], [138, 0, 3n]]);
    });
  });
});

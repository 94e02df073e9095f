import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { makeMessage, string } from '../../protocol/index.js';
import { connectDirect } from '../../src/client/index.js';
import { makeStore, type StorePlace } from '../support/engine.js';
import { HOST, openGateway, SPRING, supervisorOf, type TestGateway } from '../support/gateway.js';
import { RawLine } from '../support/raw-line.js';
import { readToEnd } from '../support/test-listener.js';
import { sampleOf } from '../metrics/support.js';
import { figuresUntil, scrape } from './figures.js';

const LIMIT = 8;
const FRAME_BYTES = 2 ** 20;
/** Of the second client, while the first one waits. */
const HEARTBEATS = 300;

const load = (reference: number, bytes: number) =>
  makeMessage('GSW_CM_ReqLoadCampaign', {
    GSW_CM_AttrReferenceID: reference,
    GSW_CM_AttrSessionID: SPRING.dbid,
    GSW_CM_AttrProperties: [{ key: 'x', value: string('x'.repeat(bytes)) }],
  });

describe('a client that asks without waiting for answers', function () {
  this.timeout(60_000);
  let place: StorePlace;
  let gateway: TestGateway;

  before(async () => {
    place = await makeStore('postgres');
    gateway = await openGateway({ storeUrl: place.url, env: { OCM_LIMITS_REQUESTS_IN_FLIGHT: String(LIMIT) } });
  });
  after(async () => {
    await gateway.close();
    await place.remove();
  });

  afterEach(async () => {
    const supervisor = await supervisorOf(gateway);
    await supervisor.request('GSW_CM_ReqForceUnloadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid });
    await supervisor.close();
  });

  /** While no campaign can be loaded: the first request waits for the store, the others for the first. */
  async function whileUnanswered(job: () => Promise<void>): Promise<void> {
    const store = await place.open();
    try {
      await store.transaction(async (sql) => {
        await sql.query('LOCK TABLE ocm_campaign_group IN ACCESS EXCLUSIVE MODE');
        await job();
      });
    } finally {
      await store.close();
    }
  }

  const inFlight = (count: number): Promise<string> => figuresUntil(gateway, 'ocm_requests_in_flight', { dialect: 'GSW_CM' }, (value) => value === count);
  const heldBack = (text: string): number => sampleOf(text, 'ocm_requests_held_back_total', { dialect: 'GSW_CM' }) ?? 0;
  const receivedBytes = (text: string): number => sampleOf(text, 'ocm_received_bytes_total', { dialect: 'GSW_CM' }) ?? 0;

  const greedy = async (requests: readonly ReturnType<typeof load>[]): Promise<RawLine> => {
    const line = await RawLine.open(gateway.ports.direct, 'GSW_CM');
    line.sendMessage(makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 1, GSW_CM_AttrClientName: 'greedy' }), ...requests);
    expect((await line.message()).name).to.equal('GSW_CM_EvClientRegistered');
    return line;
  };

  /** Another client is answered as often as it asks. */
  async function othersAreServed(): Promise<void> {
    const other = await connectDirect({ host: HOST, port: gateway.ports.direct, clientName: 'other' });
    let answers = 0;
    for (let n = 0; n < HEARTBEATS; n += 1) {
      await other.request('GSW_CM_ReqHeartbeat', {});
      answers += 1;
    }
    expect(answers).to.equal(HEARTBEATS);
    await other.close();
  }

  it('is read no further than the requests that it may have, while others are served, and gets every answer in the end', async () => {
    const requests = Array.from({ length: 1000 }, (_, index) => load(index + 2, 4000));
    const before = await scrape(gateway);
    let line: RawLine | undefined;
    await whileUnanswered(async () => {
      line = await greedy(requests);
      await inFlight(LIMIT);
      await othersAreServed();
      const text = await inFlight(LIMIT);
      expect(heldBack(text) - heldBack(before)).to.equal(1);
      expect(receivedBytes(text) - receivedBytes(before), 'of four million bytes').to.be.below(500_000);
    });
    const answered: unknown[] = [];
    for (const _request of requests) {
      const { attributes } = (await line?.message()) ?? {};
      answered.push(attributes !== undefined && 'GSW_CM_AttrRequestID' in attributes && attributes.GSW_CM_AttrRequestID);
    }
    expect(answered).to.deep.equal(requests.map((_, index) => index + 2));
    await inFlight(0);
    line?.destroy();
    await figuresUntil(gateway, 'ocm_held_bytes', {}, (bytes) => bytes === 0);
  });

  it('is read no further than one frame of the longest that its requests hold', async () => {
    const bytes = 400_000;
    const requests = Array.from({ length: LIMIT }, (_, index) => load(index + 2, bytes));
    let line: RawLine | undefined;
    await whileUnanswered(async () => {
      line = await greedy(requests);
      const text = await inFlight(Math.ceil(FRAME_BYTES / bytes));
      expect(sampleOf(text, 'ocm_held_bytes', {})).to.be.at.least(FRAME_BYTES);
      await othersAreServed();
      await inFlight(Math.ceil(FRAME_BYTES / bytes));
    });
    for (const _request of requests) await line?.message();
    line?.destroy();
    await figuresUntil(gateway, 'ocm_held_bytes', {}, (held) => held === 0);
  });

  it('is refused over HTTP, where the server would read on, and others are served', async () => {
    const body = JSON.stringify({ data: { sessionId: SPRING.dbid } });
    const request = `POST /ocs/v3/servers/156/load-campaign HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const socket = connect(gateway.ports.http, HOST);
    await once(socket, 'connect');
    const heard = readToEnd(socket);
    await whileUnanswered(async () => {
      socket.write(request.repeat(LIMIT + 3));
      const labels = { method: 'POST', route: '/ocs/v3/servers/:dbid/:request' };
      let answers = 0;
      for (let n = 0; n < 20; n += 1) if ((await fetch(`http://${HOST}:${gateway.ports.http}/openapi.json`)).status === 200) answers += 1;
      expect(answers).to.equal(20);
      const text = await scrape(gateway);
      for (const status of ['200', '409']) expect(sampleOf(text, 'ocm_http_request_duration_seconds_count', { ...labels, status })).to.equal(undefined);
    });
    const statuses = Array.from((await heard).toString().matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => status);
    expect(statuses).to.deep.equal(['200', ...Array.from({ length: LIMIT - 1 }, () => '409'), '429']);
  });
});

import { expect } from 'chai';
import { makeMessage, ocm1, string } from '../../protocol/index.js';
import { sampleOf } from '../metrics/support.js';
import { openGateway, SPRING, supervisorOf, type TestGateway } from '../support/gateway.js';
import { RawLine } from '../support/raw-line.js';
import { closedFor, figuresUntil, scrape } from './figures.js';

const BUDGET = 2 ** 20;
/** Two of them leave less of the budget than the other client needs. */
const FRAME = 500_000;

describe('clients that leave their frames half sent', function () {
  this.timeout(60_000);
  let gateway: TestGateway;

  before(async () => void (gateway = await openGateway({ env: { OCM_LIMITS_HELD_BYTES: String(BUDGET) } })));
  after(() => gateway.close());

  it('give way when all of the budget is held, and not those that are served', async () => {
    const half = ocm1.encode(makeMessage('GSW_CM_ReqGetCampaignStatus', { GSW_CM_AttrReferenceID: 2, GSW_CM_AttrSessionID: SPRING.dbid, GSW_CM_AttrProperties: [{ key: 'x', value: string('x'.repeat(FRAME)) }] })).subarray(0, -1);
    const other = await supervisorOf(gateway);
    const lines: RawLine[] = [];
    const slow = 5;
    for (let n = 1; n <= slow; n += 1) {
      const line = await RawLine.open(gateway.ports.direct, 'GSW_CM');
      lines.push(line);
      line.sendMessage(makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 1, GSW_CM_AttrClientName: 'half' }));
      await line.message();
      line.send(half);
      const least = Math.min(n, 2) * half.length;
      await figuresUntil(gateway, 'ocm_received_bytes_total', { dialect: 'GSW_CM' }, (bytes) => bytes >= least);
    }
    const perBudget = Math.floor(BUDGET / half.length);
    await figuresUntil(gateway, 'ocm_connections_closed_total', { dialect: 'GSW_CM', reason: 'heldBytes' }, (closed) => closed >= slow - perBudget);
    let answers = 0;
    for (let n = 0; n < 200; n += 1) {
      await other.request('GSW_CM_ReqGetCampaignStatus', { GSW_CM_AttrSessionID: SPRING.dbid, GSW_CM_AttrProperties: [{ key: 'x', value: string('x'.repeat(60_000)) }] });
      answers += 1;
    }
    expect(answers).to.equal(200);
    expect(await closedFor(gateway, 'GSW_CM', 'heldBytes')).to.be.within(slow - perBudget, slow);
    expect(sampleOf(await scrape(gateway), 'ocm_held_bytes', {})).to.be.at.most(BUDGET);
    for (const line of lines) line.destroy();
    await other.close();
    await figuresUntil(gateway, 'ocm_held_bytes', {}, (bytes) => bytes === 0);
  });
});

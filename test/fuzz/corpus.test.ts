import { expect } from 'chai';
import { DEFAULT_LIMITS, ocm1, parseFrameWithGrammar, ProtocolError } from '../../protocol/index.js';
import { outcomeOf } from '../protocol/support/outcome.js';
import { HOST, openGateway, supervisorOf, type TestGateway } from '../support/gateway.js';
import { corpus } from './corpus.js';
import { Dice } from './dice.js';
import { FuzzLine } from './fuzz-line.js';
import { playHttp } from './http.js';

describe('what once failed, or was made to (fixtures/corpus)', function () {
  this.timeout(60_000);
  let gateway: TestGateway;

  before(async () => void (gateway = await openGateway()));
  after(() => gateway.close());
  afterEach(async () => {
    expect(gateway.log.filter((line) => /^(?:error|fatal)/.test(line))).to.deep.equal([]);
    const other = await supervisorOf(gateway);
    await other.request('GSW_CM_ReqHeartbeat', {});
    await other.close();
  });

  it('is there', () => {
    expect(new Set(corpus.map(({ dialect }) => dialect))).to.deep.equal(new Set(['GSW_CM', 'T', 'HTTP']));
  });

  for (const { name, dialect, why, bytes } of corpus) {
    if (dialect === 'HTTP') {
      it(`${name}: ${why}`, () => playHttp(gateway.ports.http, HOST, bytes));
      continue;
    }

    it(`${name}: ${why}`, async () => {
      const line = await FuzzLine.open(dialect === 'T' ? gateway.ports.tevents : gateway.ports.direct, dialect, HOST);
      const { frames } = await line.play(bytes, new Dice(1));
      line.leave(new Dice(1));
      expect(frames).to.be.at.least(1);
    });

    it(`${name}, by the decoder and the grammar`, () => {
      const splitter = ocm1.splitter(DEFAULT_LIMITS, (frame) => {
        expect(outcomeOf(() => parseFrameWithGrammar(frame, dialect))).to.deep.equal(outcomeOf(() => ocm1.decode(frame, dialect, DEFAULT_LIMITS)));
      });
      try {
        splitter.push(bytes);
      } catch (error) {
        expect(error).to.be.instanceOf(ProtocolError);
      }
    });
  }
});

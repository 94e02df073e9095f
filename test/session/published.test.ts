import { expect } from 'chai';
import { findValue, int, makeMessage, ocm1, parseTrace, reveal } from '../../protocol/index.js';
import { bytesOf, frameNamed, readText } from '../protocol/support/fixtures.js';
import { openGateway, type TestGateway } from '../support/gateway.js';
import { RawLine } from '../support/raw-line.js';

/** The request of the published trace (fixtures/frames), byte for byte, and everything that follows from it. */
const REQUEST = frameNamed('GSW_CM_ReqLoadCampaign/auto-completion');
const NEVER_SEEN = '6f1d7e9a-3b52-4c1e-9a64-0c5d2f7b8e11';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const golden = (name: string): string => hex(frameNamed(name).bytes);

/** A trace entry without its time. */
const withoutTime = (entry: string): string => entry.slice(entry.indexOf('OCMClient'));

/** The bytes of a golden notification, with the session of this load in the place of the one it was made with. */
function goldenIn(name: string, session: string): string {
  return golden(name).replace(hex(Buffer.from(NEVER_SEEN)), hex(Buffer.from(session)));
}

describe('the published trace, on the wire', () => {
  let gateway: TestGateway;
  before(async function () {
    this.timeout(60_000);
    gateway = await openGateway();
  });
  after(() => gateway.close());

  it('is the request that is sent, once its value is revealed', () => {
    const [published] = parseTrace(readText('GSW_CM_ReqLoadCampaign/published-excerpt.folded.trace') ?? '');
    if (published === undefined) throw new Error('there is no entry in the trace');
    expect(hex(ocm1.encode(reveal(published, 'GSW_AUTO_COMPLETION', int(1))))).to.equal(hex(REQUEST.bytes));
  });

  it('is answered, traced as published, and ends in both notifications', async () => {
    const supervisor = await RawLine.open(gateway.ports.direct, 'GSW_CM');
    supervisor.sendMessage(
      makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 8, GSW_CM_AttrClientName: 'supervisor' }),
      makeMessage('GSW_CM_ReqCampaignRegistered', { GSW_CM_AttrReferenceID: 9, GSW_CM_AttrCampaignID: 101 }),
    );
    supervisor.send(REQUEST.bytes);
    expect((await supervisor.message()).name).to.equal('GSW_CM_EvClientRegistered');
    expect((await supervisor.message()).name).to.equal('GSW_CM_EvCampaignRegistered');
    expect(hex(await supervisor.frame())).to.equal(golden('GSW_CM_EvCampaignLoaded/answer'));

    const published = REQUEST.name.replace('auto-completion', 'auto-completion-masked');
    const received = gateway.trace.filter((entry) => entry.includes('[GSW_CM_ReqLoadCampaign]')).map(withoutTime);
    const expected = withoutTime(readText(`${published}.trace`) ?? '').trimEnd();
    expect(received.map((entry) => entry.replace(/^OCMClient\[\d+\]/, 'OCMClient[9]'))).to.deep.equal([expected]);

    const ada = await RawLine.open(gateway.ports.tevents, 'T');
    ada.sendMessage(
      makeMessage('RequestRegisterClient', { AttributeReferenceID: 1, AttributeApplicationName: 'desktop' }),
      makeMessage('RequestRegisterAddress', { AttributeReferenceID: 2, AttributeThisDN: '7001' }),
      makeMessage('RequestAgentLogin', { AttributeReferenceID: 3, AttributeThisDN: '7001', AttributeAgentID: '1001' }),
    );
    for (const answer of ['EventServerConnected', 'EventRegistered', 'EventAgentLogin']) expect((await ada.message()).name).to.equal(answer);
    supervisor.sendMessage(makeMessage('GSW_CM_ReqStartDialing', { GSW_CM_AttrReferenceID: 11, GSW_CM_AttrSessionID: 1001, GSW_CM_AttrDialMode: 3 }));
    expect((await supervisor.message()).name).to.equal('GSW_CM_EvDialingStarted');
    expect(hex(await supervisor.frame())).to.equal(golden('GSW_CM_EvDialingStopped/completion'));
    const unloaded = await supervisor.message();
    expect(unloaded.name).to.equal('GSW_CM_EvCampaignUnloaded');
    expect(unloaded.attributes).to.include({ GSW_CM_AttrRequestID: 0, GSW_CM_AttrDialMode: 3, GSW_CM_AttrGroupCampaignStatus: 0 });

    const started = await ada.message();
    if (started.name !== 'EventUserEvent') throw new Error(`${started.name} came`);
    const session = findValue(started.attributes.AttributeExtensions ?? [], 'GSW_SESSION_UUID');
    if (session?.type !== 'string') throw new Error('the notification has no session');
    expect(session.value).to.match(/^[0-9a-f-]{36}$/).and.not.equal(NEVER_SEEN);
    expect(hex(await ada.frame())).to.equal(goldenIn('EventUserEvent/campaign-stopped', session.value));
    expect(hex(await ada.frame())).to.equal(goldenIn('EventUserEvent/campaign-unloaded', session.value));
    supervisor.destroy();
    ada.destroy();
  });

  it('is refused as long as its value is withheld', async () => {
    const supervisor = await RawLine.open(gateway.ports.direct, 'GSW_CM');
    supervisor.sendMessage(makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 8, GSW_CM_AttrClientName: 'supervisor' }));
    supervisor.send(bytesOf(readText('GSW_CM_ReqLoadCampaign/published-excerpt.hex') ?? ''));
    await supervisor.frame();
    const refusal = await supervisor.message();
    expect(refusal.name).to.equal('GSW_CM_EvError');
    expect(refusal.attributes).to.include({ GSW_CM_AttrRequestID: 10, GSW_CM_AttrErrorCode: 10 });
    supervisor.destroy();
  });
});

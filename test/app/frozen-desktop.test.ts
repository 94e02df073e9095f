import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { makeMessage } from '../../protocol/index.js';
import { connectDesktop, connectDirect, type DesktopClient } from '../../src/client/index.js';
import { makeStoreDirectory } from '../support/engine.js';
import { DEMO_CONFIG, HOST } from '../support/gateway.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { RawLine } from '../support/raw-line.js';

/** Long events, so that few of them fill the buffers of the system and the outbox of whoever does not read. */
const DESCRIPTION = 'x'.repeat(128 * 1024);
const SPRING = { GSW_CM_AttrCampaignID: 101, GSW_CM_AttrGroupID: 732 };
/** More than what a system and an outbox hold for one line. */
const MOST_CYCLES = 500;

async function writeConfig(directory: string): Promise<string> {
  const config = parse(await readFile(DEMO_CONFIG, 'utf8')) as { campaigns: { description: string }[]; store: { url: string } };
  for (const campaign of config.campaigns) campaign.description = DESCRIPTION;
  config.store.url = `pglite:${directory}`;
  const path = join(directory, 'frozen.yaml');
  await writeFile(path, stringify(config));
  return path;
}

/** The next notifications of a desktop, by their numbers in the load that they are of. */
async function numbersOf(desktop: DesktopClient, count: number): Promise<bigint[]> {
  const numbers: bigint[] = [];
  for await (const { number } of desktop.notifications) {
    numbers.push(number);
    if (numbers.length === count) break;
  }
  return numbers;
}

describe('a desktop that does not read', () => {
  let directory: string;
  let gateway: GatewayProcess;

  beforeEach(async () => {
    directory = await makeStoreDirectory();
    gateway = GatewayProcess.start({}, await writeConfig(directory));
  });

  afterEach(async () => {
    await gateway.end();
    await rm(directory, { recursive: true, force: true });
  });

  it('is closed with its reason, and costs the others no event', async () => {
    const ports = await gateway.ready();
    const readers = await Promise.all(
      ['1001', '1002'].map(async (agent) => {
        const desktop = await connectDesktop({ host: HOST, port: ports.tevents, applicationName: 'reads', eventLimit: 2 * MOST_CYCLES });
        await desktop.registerAddress(`7${agent}`);
        await desktop.login(agent);
        return desktop;
      }),
    );
    const frozen = await RawLine.open(ports.tevents, 'T');
    frozen.sendMessage(
      makeMessage('RequestRegisterClient', { AttributeApplicationName: 'does not', AttributeReferenceID: 1 }),
      makeMessage('RequestRegisterAddress', { AttributeThisDN: '71003', AttributeReferenceID: 2 }),
      makeMessage('RequestAgentLogin', { AttributeThisDN: '71003', AttributeAgentID: '1003', AttributeReferenceID: 3 }),
    );
    for (let answers = 0; answers < 3; answers += 1) await frozen.frame();
    frozen.socket.pause();

    const supervisor = await connectDirect({ host: HOST, port: ports.direct, clientName: 'supervisor' });
    const closed = async (): Promise<string | undefined> => {
      const text = await (await fetch(`http://${HOST}:${ports.http}/metrics`)).text();
      return /^ocm_connections_closed_total\{dialect="T",reason="(\w+)"\} 1$/m.exec(text)?.[1];
    };
    let cycles = 0;
    let reason: string | undefined;
    while (reason === undefined && cycles < MOST_CYCLES) {
      await supervisor.request('GSW_CM_ReqLoadCampaign', SPRING);
      await supervisor.request('GSW_CM_ReqUnloadCampaign', SPRING);
      cycles += 1;
      if (cycles % 10 === 0) reason = await closed();
    }
    expect(reason).to.equal('outboxFull');
    for (const reader of readers) {
      const numbers = await numbersOf(reader, 2 * cycles);
      expect(numbers).to.deep.equal(Array.from({ length: 2 * cycles }, (_, index) => BigInt(1 + (index % 2))));
      expect(reader.counters).to.include({ reconnects: 0, lostEvents: 0 });
    }
    frozen.socket.destroy();
    await Promise.all([supervisor.close(), ...readers.map((reader) => reader.close())]);
  });
});

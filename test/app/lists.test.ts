import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { importRecords } from '../../src/app/import/import-records.js';
import { exportList } from '../../src/app/lists/export-list.js';
import { showLists } from '../../src/app/lists/show-lists.js';
import { describeFailure } from '../../src/cli/errors.js';
import { makeStoreDirectory } from '../support/engine.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { DEMO_CONFIG } from '../support/gateway.js';

async function run(job: (write: (text: string | Uint8Array) => void) => Promise<void>): Promise<string> {
  let text = '';
  try {
    await job((chunk) => (text += Buffer.from(chunk).toString()));
    return text;
  } catch (error) {
    return `failed: ${describeFailure(error).line}`;
  }
}

/** Without the times of the two runs. */
const ageless = (texts: string[]) => texts.map((text) => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T'));

describe('lists, export and import, beside a gateway and without one', function () {
  // each start opens a store, which takes a second or two, and more on a busy machine
  this.timeout(120_000);

  let directory: string;
  let store: string;
  let env: Record<string, string>;
  const running: GatewayProcess[] = [];
  const start = (): GatewayProcess => {
    const gateway = GatewayProcess.start(env);
    running.push(gateway);
    return gateway;
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ocm-lists-'));
    store = await makeStoreDirectory();
    env = { OCM_STORE_URL: `pglite:${store}` };
  });
  afterEach(async () => {
    for (const gateway of running.splice(0)) await gateway.end();
  });
  after(async () => {
    for (const path of [directory, store]) await rm(path, { recursive: true, force: true });
  });

  const lists = (over: { list?: string; json?: boolean; reclaim?: number } = {}) =>
    run((write) => showLists({ env, write: async (text) => write(text) })({ config: DEMO_CONFIG, list: undefined, json: false, reclaim: undefined, ...over }));
  const exported = (out?: string, list = 'Spring') =>
    run((write) => exportList({ env, write: async (chunk) => write(chunk), terminal: process.stderr })({ config: DEMO_CONFIG, list, out }));
  const imported = (records: string) =>
    run((write) => importRecords({ env, stdout: write, terminal: process.stderr })({ config: DEMO_CONFIG, list: 'Spring', records, skipBad: false }));
  const total = async () => (JSON.parse(await lists({ list: 'Spring', json: true })) as { total: number }[])[0]?.total;

  it('say the same either way', async () => {
    expect(await lists({ list: 'Spring' })).to.include('there is none yet; the first start or import makes it');
    expect(await exported()).to.match(/^failed: ocm-gateway: calling list Spring: table \w+: there is none yet/);
    const records = join(directory, 'few.csv');
    await writeFile(records, 'contact_info,record_id,customer_name,dial_sched_time\n5550100,1,"Lovelace, ""Ada""",\n5550101,2,,2000000001\n5550102,3,,2000000000\n');
    expect(await imported(records)).to.equal('loaded 3 records into list Spring\n');
    const directly = [await lists({ list: 'Spring' }), await lists({ list: 'Spring', json: true }), await exported()];
    expect(directly[0]).to.match(/Spring +│ 3 +│ 0 +│ 0 +│ 3 +│ 1 +│ scheduled 2 +│/);
    const gateway = start();
    await gateway.ready();
    const through = [await lists({ list: 'Spring' }), await lists({ list: 'Spring', json: true }), await exported()];
    expect(ageless(through)).to.deep.equal(ageless(directly));
    expect(await lists({ reclaim: 156 })).to.match(/^failed: ocm-gateway: the gateway at http:.* refused: 156 is this gateway's own server.dbid/);
    expect(await lists({ reclaim: 200 })).to.match(/^0 records that application 200 had retrieved are Ready again\n/);
    expect(await lists({ list: 'Summer' })).to.include('has no calling list "Summer"');
    const out = join(directory, 'out.csv');
    expect(await exported(out)).to.equal('');
    expect(await readFile(out, 'utf8')).to.equal(directly[2]);
    expect((await readdir(directory)).filter((name) => name.endsWith('.part'))).to.deep.equal([]);
    expect(await exported(join(directory, 'none', 'out.csv'))).to.match(/^failed: ocm-gateway: .*out.csv: cannot be written \(ENOENT/);
    await gateway.end('SIGTERM');
    expect(await lists({ reclaim: 156 }), 'its own, while it does not run').to.match(/^0 records that application 156/);
  });

  it('bring each record of a file once, although the gateway is killed in the middle of it', async () => {
    const before = (await total()) ?? 0;
    const rows = Array.from({ length: 20_000 }, (_, index) => `77${index}\n`).join('');
    const text = `contact_info\n${rows}`;
    const file = createHash('sha256').update(text).digest('hex');
    const gateway = start();
    const { http } = await gateway.ready();
    const halfWay = new AbortController();
    const sent = fetch(`http://127.0.0.1:${http}/lists/Spring/import?file=${file}`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      duplex: 'half',
      body: (async function* () {
        yield Buffer.from(text.slice(0, Math.floor(text.length * 0.7)));
        if (!halfWay.signal.aborted) await once(halfWay.signal, 'abort');
      })(),
    }).then(
      () => 'answered',
      () => 'cut',
    );
    const wanted = 20_000 * 0.6;
    for (let staged = 0; staged < wanted; ) {
      const [report] = JSON.parse(await lists({ list: 'Spring', json: true })) as { total: number; imports: { state: string; records: number }[] }[];
      expect(report?.total, 'nothing is there before all of it is').to.equal(before);
      staged = report?.imports[0]?.records ?? 0;
    }
    await gateway.end('SIGKILL');
    halfWay.abort();
    expect(await sent).to.equal('cut');
    expect(await lists({ list: 'Spring' })).to.match(/1\d{4} records of a file not taken yet, since/);
    const records = join(directory, 'many.csv');
    await writeFile(records, text);
    expect(await imported(records)).to.equal('loaded 20000 records into list Spring\n');
    expect(await total()).to.equal(before + 20_000);
    const numbers = (await exported()).split('\n').map((line) => line.split(',')[1]);
    expect(new Set(numbers).size).to.equal(numbers.length);
  });
});

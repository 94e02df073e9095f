import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { importRecords } from '../../src/app/import/import-records.js';
import { exportList } from '../../src/app/lists/export-list.js';
import { showLists } from '../../src/app/lists/show-lists.js';
import { describeFailure } from '../../src/cli/errors.js';
import type { TlsOptions } from '../../src/cli/tls-options.js';
import { makeStoreDirectory } from '../support/engine.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { DEMO_CONFIG } from '../support/gateway.js';
import { tlsPath } from '../support/tls.js';

const OWN: TlsOptions = { cert: tlsPath('client.pem'), key: tlsPath('client.key') };

/** A certificate that has signed itself and names no address, and a listener that wants one of its clients too. */
const ENCRYPTED = {
  OCM_LISTENERS_HTTP_TLS_CERT: tlsPath('stranger.pem'),
  OCM_LISTENERS_HTTP_TLS_KEY: tlsPath('stranger.key'),
  OCM_LISTENERS_HTTP_TLS_CLIENT_CA: tlsPath('ca.pem'),
};

async function failureOf(job: Promise<void>): Promise<string> {
  return job.then(() => 'it was done', (error: unknown) => describeFailure(error).line);
}

describe('lists, import and export through a gateway that speaks HTTPS', function () {
  // the gateway opens a store, which takes a second or two, and more on a busy machine
  this.timeout(90_000);
  let directory: string;
  let store: string;
  let env: Record<string, string>;
  let gateway: GatewayProcess;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ocm-tls-'));
    store = await makeStoreDirectory();
    env = { OCM_STORE_URL: `pglite:${store}`, ...ENCRYPTED };
    gateway = GatewayProcess.start(env);
    await gateway.ready();
  });
  after(async () => {
    await gateway.end();
    for (const path of [directory, store]) await rm(path, { recursive: true, force: true });
  });

  const lists = (tls: TlsOptions, over: Record<string, string> = {}) =>
    failureOf(showLists({ env: { ...env, ...over }, write: () => Promise.resolve() })({ config: DEMO_CONFIG, list: 'Spring', json: false, reclaim: undefined, ...tls }));

  it('are done, since the configuration says which certificate that is', async () => {
    const records = join(directory, 'few.csv');
    await writeFile(records, 'contact_info\n5550100\n5550101\n');
    let told = '';
    const world = { env, terminal: process.stderr };
    await importRecords({ ...world, stdout: (text) => (told += text) })({ config: DEMO_CONFIG, list: 'Spring', records, skipBad: false, ...OWN });
    expect(told).to.equal('loaded 2 records into list Spring\n');
    const out = join(directory, 'out.csv');
    await exportList({ ...world, write: () => Promise.resolve() })({ config: DEMO_CONFIG, list: 'Spring', out, ...OWN });
    expect((await readFile(out, 'utf8')).trimEnd().split('\n')).to.have.length(3);
    expect(await lists(OWN)).to.equal('it was done');
  });

  it('are refused a file with a bad row as they are without TLS, long before its end', async () => {
    const records = join(directory, 'bad.csv');
    await writeFile(records, `contact_info,attempt\n5550102,x\n${'5550103,1\n'.repeat(500_000)}`);
    const job = importRecords({ env, terminal: process.stderr, stdout: () => undefined })({ config: DEMO_CONFIG, list: 'Spring', records, skipBad: false, ...OWN });
    expect(await failureOf(job)).to.match(/bad\.csv line 2.*attempt/);
  });

  it('are not, without a certificate of their own where the listener wants one', async () => {
    expect(await lists({})).to.match(/^ocm-gateway: the gateway at https:\S+, which has the store open, did not answer: /);
    expect(await lists({ cert: OWN.cert ?? '' })).to.include('--cert and --key go together');
    expect(await lists({ cert: '/none.pem', key: '/none.key' })).to.match(/^ocm-gateway: \/none\.pem: cannot be read/);
  });

  it('are not, with a gateway that shows another certificate than the configuration names', async () => {
    const other = { OCM_LISTENERS_HTTP_TLS_CERT: tlsPath('server.pem'), OCM_LISTENERS_HTTP_TLS_KEY: tlsPath('server.key') };
    expect(await lists(OWN, other)).to.match(/did not answer: .*certificate/);
  });

  it('take --ca in place of the configuration, and then the address has to be in the certificate', async () => {
    expect(await lists({ ...OWN, ca: tlsPath('stranger.pem') })).to.match(/did not answer: .*altnames/);
    expect(await lists({ ...OWN, ca: tlsPath('ca.pem') })).to.match(/did not answer: .*certificate/);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { importRecords } from '../../src/app/import/import-records.js';
import { describeFailure } from '../../src/cli/errors.js';
import { loadConfig } from '../../src/config/load.js';
import { Importer } from '../../src/service/importer.js';
import { openEmbedded } from '../../src/store/embedded/open.js';
import { migrate } from '../../src/store/migrate.js';
import { claimOwnership } from '../../src/store/owner.js';
import { systemClock } from '../../src/util/clock.js';
import { smallConfig, type SmallConfig } from '../config/support.js';
import { FakeGateway, testHttp } from '../http/support.js';
import { directoryOf, silentLog } from '../support/engine.js';

/** Runs `job` while a store is held by somebody who listens, or does not. */
async function held(config: string, listening: boolean, job: () => Promise<void>): Promise<void> {
  const { deployment } = loadConfig(config, {});
  const store = await openEmbedded(directoryOf(deployment), 'test');
  await migrate(store.client);
  const { client } = store;
  const owner = await claimOwnership(client, 156, 'test', 0);
  const importer = new Importer({ deployment, client, owner, clock: systemClock, log: silentLog, listChanged: () => undefined });
  const { app } = testHttp(new FakeGateway(deployment), deployment, { importer, clock: systemClock });
  try {
    const http = listening ? await app.listen({ host: '127.0.0.1', port: 0 }) : undefined;
    store.describe({ pid: process.pid, host: hostname(), since: 'today', ...(http !== undefined && { http }) });
    await job();
  } finally {
    await app.close();
    await client.close();
  }
}

describe('cli/import', () => {
  let directory: string;
  let config: string;
  let records: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ocm-import-'));
    config = join(directory, 'ocm.yaml');
    records = join(directory, 'r.csv');
    await writeConfig(() => undefined);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  async function writeConfig(change: (config: SmallConfig) => void): Promise<void> {
    const content: SmallConfig = smallConfig();
    content.callingLists = [{ dbid: 501, name: 'Spring', table: 'cl_spring', customFields: { customer_name: 'varchar' } }, { dbid: 502, name: 'Autumn', table: 'cl_autumn' }];
    change(content);
    await writeFile(config, JSON.stringify(content));
  }

  /** What the command writes, or the line with which it fails. */
  async function run(text: string, over: { skipBad?: boolean; list?: string; records?: string } = {}): Promise<string> {
    await writeFile(records, text);
    let stdout = '';
    try {
      await importRecords({ env: {}, stdout: (part) => (stdout += part), terminal: process.stderr })({ config, list: 'Spring', records, skipBad: false, ...over });
      return stdout;
    } catch (error) {
      expect(stdout).to.equal('');
      return `failed: ${describeFailure(error).line}`;
    }
  }

  const contacts = async () => {
    const { client } = await openEmbedded(join(directory, 'data'), 'test');
    const rows = await client.query<{ contact_info: string }>('SELECT contact_info FROM cl_spring ORDER BY record_id');
    await client.close();
    return rows.map((row) => row.contact_info);
  };

  const BAD = 'contact_info,record_id,customer_name\r\n1,,"a\r\nb"\r\n2,x,c\r\n3,7,d\r\n4,7,"e, f"\r\n';

  it('makes store and table where there are none, and loads the file', async () => {
    expect(await run('contact_info\n5550100\n5550101\n')).to.equal('loaded 2 records into list Spring\n');
    expect(await contacts()).to.deep.equal(['5550100', '5550101']);
  });

  it('tells the first bad row in one line, and keeps nothing of the file (see below)', async () => {
    expect(await run(BAD)).to.equal(
      `failed: ocm-gateway: ${records} line 4, field record_id: found "x", expected an integer from -2147483648 to 2147483647`,
    );
    expect(await run('contact_info,age\n1,2\n')).to.include(`failed: ocm-gateway: ${records} line 1, field age: `);
  });

  it('writes the bad rows as they stood, also those that only the store could tell', async () => {
    expect(await run(BAD, { skipBad: true })).to.equal(`loaded 2 records into list Spring\nwrote 2 bad rows to ${records}.rejected\n`);
    expect(await readFile(`${records}.rejected`, 'utf8')).to.equal('contact_info,record_id,customer_name\n2,x,c\n4,7,"e, f"\n');
    expect(await contacts()).to.deep.equal(['5550100', '5550101', '3', '1']);
  });

  it('names an unknown list and a file that is not there', async () => {
    expect(await run('', { list: 'Summer' })).to.include('has no calling list "Summer"; expected one of Spring, Autumn');
    expect(await run('', { records: join(directory, 'none.csv') })).to.include('none.csv: cannot be read (ENOENT');
  });

  describe('while a gateway has the store', () => {
    it('streams the file to its HTTP listener, which says the same', async () => {
      await held(config, true, async () => {
        expect(await run('contact_info\n5550200\n')).to.equal('loaded 1 records into list Spring\n');
        expect(await run(BAD)).to.match(/line 4, field record_id: found "x"/);
        expect(await run(`contact_info,attempt\n1,x\n${'5550100,1\n'.repeat(400_000)}`)).to.match(/failed: .* line 2, field attempt: found "x"/);
        expect(await run('contact_info,record_id\n6,600\n7,600\n8,x\n', { skipBad: true })).to.equal(
          `loaded 1 records into list Spring\nwrote 2 bad rows to ${records}.rejected\n`,
        );
        expect(await readFile(`${records}.rejected`, 'utf8')).to.equal('contact_info,record_id\n7,600\n8,x\n');
      });
      expect((await contacts()).slice(4)).to.have.members(['5550200', '6']);
    });

    it('says so where it cannot be reached', async () => {
      await held(config, false, async () => {
        expect(await run('contact_info\n1\n')).to.match(/is in use by process \d+ .*; it has no http listener/);
      });
      const store = await openEmbedded(join(directory, 'data'), 'test');
      store.describe({ pid: process.pid, host: hostname(), since: 'today', http: 'http://127.0.0.1:1' });
      expect(await run('contact_info\n1\n')).to.match(/failed: ocm-gateway: the gateway at http:\/\/127.0.0.1:1, .*(ECONNREFUSED|bad port)/);
      await store.client.close();
    });

    it('acts as a supervisor of the configuration, and says so where there is none', async () => {
      const supervisor = { name: 'boss', password: 'secret', roles: ['supervisor'] };
      const monitor = { name: 'eye', password: 'secret', roles: ['monitor'] };
      await writeConfig((content) => (content['clients'] = [monitor, supervisor]));
      await held(config, true, async () => {
        expect(await run('contact_info\n5550300\n')).to.equal('loaded 1 records into list Spring\n');
        await writeConfig((content) => (content['clients'] = [monitor]));
        expect(await run('contact_info\n5550301\n')).to.match(/refused the import: .*HTTP Basic, or its token, as Bearer; name a client with the role supervisor by --client, and where its password is by --password-env$/);
        await writeConfig((content) => (content['clients'] = [{ ...monitor, roles: ['supervisor'], password: 'other' }]));
        expect(await run('contact_info\n5550301\n')).to.include('the role supervisor');
      });
    });
  });
});

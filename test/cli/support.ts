import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayApp, type Ports } from '../../src/app/gateway-app.js';
import { loadConfig } from '../../src/config/load.js';
import { systemClock } from '../../src/util/clock.js';
import { silentLog } from '../support/engine.js';

export interface TestGateway {
  readonly ports: Required<Ports>;
  /** An empty directory of the test's own, which goes away with the gateway. */
  readonly directory: string;
  /** A configuration whose listeners are those of this gateway. */
  readonly configFile: string;
  /** Loads records into the list Spring: a header, then lines, as CSV. */
  importRecords(csv: string): Promise<void>;
  /** Stops it; `start` lets the same deployment run again, on the same ports and store. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes everything. */
  close(): Promise<void>;
}

const log = { ...silentLog, debug: () => undefined, infoEnabled: false, debugEnabled: false, close: () => Promise.resolve() };
const trace = { enabled: false, write: () => undefined, close: () => Promise.resolve() };
const DEMO = 'fixtures/configs/demo.yaml';

/** A gateway in this process, as the README's deployment describes it: on free ports, with an empty store. */
export async function startGateway(): Promise<TestGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'ocm-cli-'));
  const run = (ports: Ports): Promise<GatewayApp> => {
    const { deployment } = loadConfig(DEMO, {
      OCM_LISTENERS_DIRECT_PORT: String(ports.direct ?? 0),
      OCM_LISTENERS_TEVENTS_PORT: String(ports.tevents ?? 0),
      OCM_LISTENERS_HTTP_PORT: String(ports.http ?? 0),
      OCM_STORE_URL: `pglite:${join(directory, 'store')}`,
    });
    return GatewayApp.start({
      deployment,
      log,
      trace,
      clock: systemClock,
      onFatal(error) {
        throw error;
      },
    });
  };
  let app: GatewayApp | undefined = await run({});
  const { direct = 0, tevents = 0, http = 0 } = app.ports;
  const configFile = join(directory, 'gateway.yaml');
  await writeFile(configFile, JSON.stringify({ server: { dbid: 156, name: 'OCServer' }, listeners: { direct: { host: '0.0.0.0', port: direct }, tevents: { port: tevents } }, store: { url: 'pglite:./unused' }, clients: [{ name: 'anyone', roles: ['agent'] }] }));
  const stop = async (): Promise<void> => {
    await app?.stop();
    app = undefined;
  };
  return {
    ports: { direct, tevents, http },
    directory,
    configFile,
    async importRecords(csv) {
      const answer = await fetch(`http://127.0.0.1:${http}/lists/Spring/import`, { method: 'POST', headers: { 'content-type': 'text/csv' }, body: csv });
      if (answer.status !== 200) throw new Error(`the records were not imported: ${answer.status} ${await answer.text()}`);
    },
    stop,
    async start() {
      app = await run({ direct, tevents, http });
    },
    async close() {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

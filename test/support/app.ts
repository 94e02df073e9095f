import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GatewayApp, type Ports } from '../../src/app/gateway-app.js';
import type { Deployment } from '../../src/config/deployment.js';
import { loadConfig } from '../../src/config/load.js';
import type { Log } from '../../src/log/log.js';
import { systemClock } from '../../src/util/clock.js';

const DEMO = fileURLToPath(new URL('../../../fixtures/configs/demo.yaml', import.meta.url));
const SILENT: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  infoEnabled: false,
  debugEnabled: false,
  close: () => Promise.resolve(),
};

/** A whole gateway, with the deployment of the README on free ports and an empty store of its own. */
export interface TestApp {
  readonly deployment: Deployment;
  readonly ports: Required<Ports>;
  /** Stops the gateway and starts it again on the same store, on other ports. */
  restart(): Promise<void>;
  /** Loads rows, as CSV without the header, into a list. */
  importRows(list: string, header: string, rows: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function startApp(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const directory = await mkdtemp(join(tmpdir(), 'ocm-app-'));
  const { deployment } = loadConfig(DEMO, {
    OCM_LISTENERS_DIRECT_PORT: '0',
    OCM_LISTENERS_TEVENTS_PORT: '0',
    OCM_LISTENERS_HTTP_PORT: '0',
    OCM_STORE_URL: `pglite:${join(directory, 'store')}`,
    ...env,
  });
  const start = (): Promise<GatewayApp> =>
    GatewayApp.start({
      deployment,
      log: SILENT,
      trace: { enabled: false, write: () => undefined, close: () => Promise.resolve() },
      clock: systemClock,
      onFatal: (error) => {
        throw error;
      },
    });
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  let app = await start().catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const ports = (): Required<Ports> => ({ direct: 0, tevents: 0, http: 0, ...app.ports });
  return {
    deployment,
    get ports() {
      return ports();
    },
    async restart() {
      await app.stop();
      app = await start();
    },
    async importRows(list, header, rows) {
      const body = `${[header, ...rows].join('\n')}\n`;
      const answer = await fetch(`http://127.0.0.1:${ports().http}/lists/${list}/import`, { method: 'POST', headers: { 'content-type': 'text/csv' }, body });
      if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    },
    async close() {
      await app.stop();
      await remove();
    },
  };
}

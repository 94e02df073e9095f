import { expect } from 'chai';
import type { Deployment } from '../../src/config/deployment.js';
import { overridables, variableName } from '../../src/config/environment.js';
import type { Environment } from '../../src/config/load.js';
import { configSchema } from '../../src/config/schema.js';
import { configErrorOf, parseChanged } from './support.js';

const deploy = (env: Environment): Deployment => parseChanged(() => undefined, env).deployment;

type Row = readonly [name: string, text: string, read: (deployment: Deployment) => unknown, expected: unknown];

/** Every variable there is, with a value other than the file's and the default. */
const ROWS: readonly Row[] = [
  ['OCM_DIALER_TYPE', 'simulated', (d) => d.dialer?.type, 'simulated'],
  ['OCM_SERVER_DBID', '157', (d) => d.server.dbid, 157],
  ['OCM_SERVER_NAME', '156', (d) => d.server.name, '156'],
  ['OCM_LISTENERS_DIRECT_PORT', '1', (d) => d.listeners.direct?.port, 1],
  ['OCM_LISTENERS_TEVENTS_PORT', '2', (d) => d.listeners.tevents?.port, 2],
  ['OCM_LISTENERS_HTTP_HOST', '::1', (d) => d.listeners.http?.host, '::1'],
  ['OCM_LISTENERS_HTTP_PORT', '0', (d) => d.listeners.http?.port, 0],
  ['OCM_STORE_URL', 'pglite:other', (d) => (d.store.kind === 'embedded' ? d.store.directory : ''), '/etc/ocm/other'],
  ['OCM_LOG_LEVEL', 'debug', (d) => d.log.level, 'debug'],
  ['OCM_LOG_FILE', '7', (d) => d.log.file, '/etc/ocm/7'],
  ['OCM_LOG_TRACE', 'true', (d) => d.log.trace, true],
  ['OCM_LOG_TRACE_FILE', '/var/t.log', (d) => d.log.traceFile, '/var/t.log'],
  ['OCM_LOG_SHOW_VALUES', 'true', (d) => d.log.showValues, true],
  ['OCM_DO_NOT_CALL_TABLE', 'x', (d) => d.doNotCall.table, 'x'],
  ['OCM_LIMITS_FRAME_BYTES', '2MiB', (d) => d.limits.frameBytes, 2 ** 21],
  ['OCM_LIMITS_FRAME_BYTES_BEFORE_REGISTRATION', '4096', (d) => d.limits.frameBytesBeforeRegistration, 4096],
  ['OCM_LIMITS_REGISTER_TIMEOUT', '20ms', (d) => d.limits.registerTimeoutMs, 20],
  ['OCM_LIMITS_HEARTBEAT_INTERVAL', '1s', (d) => d.limits.heartbeatIntervalMs, 1000],
  ['OCM_LIMITS_HEARTBEAT_TIMEOUT', '5m', (d) => d.limits.heartbeatTimeoutMs, 300_000],
  ['OCM_LIMITS_LIST_DEPTH', '3', (d) => d.limits.listDepth, 3],
  ['OCM_LIMITS_ENTRIES', '7', (d) => d.limits.entries, 7],
  ['OCM_LIMITS_REQUESTS_IN_FLIGHT', '7', (d) => d.limits.requestsInFlight, 7],
  ['OCM_LIMITS_HTTP_BODY', '2KiB', (d) => d.limits.httpBody, 2048],
  ['OCM_LIMITS_HTTP_HEADER_TIMEOUT', '2s', (d) => d.limits.httpHeaderTimeoutMs, 2000],
  ['OCM_LIMITS_HTTP_REQUEST_TIMEOUT', '3s', (d) => d.limits.httpRequestTimeoutMs, 3000],
  ['OCM_LIMITS_OUTBOX_BYTES', '2KiB', (d) => d.limits.outboxBytes, 2048],
  ['OCM_LIMITS_DRAIN_TIMEOUT', '1h', (d) => d.limits.drainTimeoutMs, 3_600_000],
  ['OCM_LIMITS_CONNECTIONS', '7', (d) => d.limits.connections, 7],
  ['OCM_LIMITS_CONNECTIONS_PER_ADDRESS', '6', (d) => d.limits.connectionsPerAddress, 6],
  ['OCM_LIMITS_LOGIN_FAILURES', '3', (d) => d.limits.loginFailures, 3],
  ['OCM_LIMITS_LOGIN_DELAY', '2s', (d) => d.limits.loginDelayMs, 2000],
  ['OCM_LIMITS_LOGIN_LOCK', '5m', (d) => d.limits.loginLockMs, 300_000],
  ['OCM_LIMITS_RESUME_TOKEN_LIFE', '8h', (d) => d.limits.resumeTokenLifeMs, 28_800_000],
  ['OCM_LIMITS_LOGINS_WAITING', '7', (d) => d.limits.loginsWaiting, 7],
  ['OCM_LIMITS_HELD_BYTES', '1GiB', (d) => d.limits.heldBytes, 2 ** 30],
  ['OCM_LIMITS_STOP_TIMEOUT', '7s', (d) => d.limits.stopTimeoutMs, 7000],
];

/** These need a port beside them, since the file has neither listener. */
const WITH_PORT: readonly Row[] = [
  ['OCM_LISTENERS_DIRECT_HOST', 'localhost', (d) => d.listeners.direct?.host, 'localhost'],
  ['OCM_LISTENERS_DIRECT_PROFILE', 'ocm1', (d) => d.listeners.direct?.profile, 'ocm1'],
  ['OCM_LISTENERS_DIRECT_UNSOLICITED', 'registered', (d) => d.listeners.direct?.unsolicited, 'registered'],
  ['OCM_LISTENERS_TEVENTS_HOST', '127.9.9.9', (d) => d.listeners.tevents?.host, '127.9.9.9'],
  ['OCM_LISTENERS_TEVENTS_PROFILE', 'ocm1', (d) => d.listeners.tevents?.profile, 'ocm1'],
];

/** These need a type beside them, since the file has no dialer. */
const WITH_DIALER: readonly Row[] = [
  ['OCM_DIALER_SEED', '5', (d) => d.dialer?.seed, 5],
  ['OCM_DIALER_RING_MIN', '7ms', (d) => d.dialer?.ring.minMs, 7],
  ['OCM_DIALER_RING_MAX', '2s', (d) => d.dialer?.ring.maxMs, 2000],
  ['OCM_DIALER_TALK_MIN', '8ms', (d) => d.dialer?.talk.minMs, 8],
  ['OCM_DIALER_TALK_MAX', '3m', (d) => d.dialer?.talk.maxMs, 180_000],
];

type PostgresStore = Extract<Deployment['store'], { kind: 'postgres' }>;

/** These need a PostgreSQL server as the store. */
const WITH_POSTGRES: readonly (readonly [name: string, text: string, read: (store: PostgresStore) => unknown, expected: unknown])[] = [
  ['OCM_STORE_CONNECTIONS', '3', (store) => store.connections, 3],
  ['OCM_STORE_CONNECT_TIMEOUT', '20ms', (store) => store.connectTimeoutMs, 20],
  ['OCM_STORE_STATEMENT_TIMEOUT', '21ms', (store) => store.statementTimeoutMs, 21],
  ['OCM_STORE_LEASE', '1m', (store) => store.leaseMs, 60_000],
];

/** Each has another listener's beside it, and the certificate and the key of all. */
const WITH_TLS: readonly Row[] = [
  ['OCM_TLS_CERT', 'x', (d) => d.listeners.http?.tls?.cert, '/etc/ocm/x'],
  ['OCM_TLS_KEY', 'x', (d) => d.listeners.http?.tls?.key, '/etc/ocm/x'],
  ['OCM_TLS_CLIENT_CA', '/x', (d) => d.listeners.http?.tls?.clientCa, '/x'],
  ['OCM_LISTENERS_DIRECT_TLS_CERT', 'x', (d) => d.listeners.direct?.tls?.cert, '/etc/ocm/x'],
  ['OCM_LISTENERS_DIRECT_TLS_KEY', 'x', (d) => d.listeners.direct?.tls?.key, '/etc/ocm/x'],
  ['OCM_LISTENERS_DIRECT_TLS_CLIENT_CA', 'x', (d) => d.listeners.direct?.tls?.clientCa, '/etc/ocm/x'],
  ['OCM_LISTENERS_TEVENTS_TLS_CERT', 'x', (d) => d.listeners.tevents?.tls?.cert, '/etc/ocm/x'],
  ['OCM_LISTENERS_TEVENTS_TLS_KEY', 'x', (d) => d.listeners.tevents?.tls?.key, '/etc/ocm/x'],
  ['OCM_LISTENERS_TEVENTS_TLS_CLIENT_CA', 'x', (d) => d.listeners.tevents?.tls?.clientCa, '/etc/ocm/x'],
  ['OCM_LISTENERS_HTTP_TLS_CERT', 'x', (d) => d.listeners.http?.tls?.cert, '/etc/ocm/x'],
  ['OCM_LISTENERS_HTTP_TLS_KEY', 'x', (d) => d.listeners.http?.tls?.key, '/etc/ocm/x'],
  ['OCM_LISTENERS_HTTP_TLS_CLIENT_CA', 'x', (d) => d.listeners.http?.tls?.clientCa, '/etc/ocm/x'],
];

describe('environment variables', () => {
  for (const [name, text, read, expected] of WITH_TLS) {
    it(`${name}=${text}`, () => {
      const others = { OCM_LISTENERS_DIRECT_PORT: '1', OCM_LISTENERS_TEVENTS_PORT: '2', OCM_TLS_CERT: 'c', OCM_TLS_KEY: 'k' };
      expect(read(deploy(others))).to.not.equal(expected);
      expect(read(deploy({ ...others, [name]: text }))).to.equal(expected);
    });
  }

  for (const [name, text, read, expected] of ROWS) {
    it(`${name}=${text}`, () => {
      expect(read(deploy({}))).to.not.equal(expected);
      expect(read(deploy({ [name]: text }))).to.equal(expected);
    });
  }

  for (const [name, text, read, expected] of WITH_PORT) {
    it(`${name}=${text}`, () => {
      const ports = { OCM_LISTENERS_DIRECT_PORT: '1', OCM_LISTENERS_TEVENTS_PORT: '2' };
      expect(read(deploy({ ...ports, [name]: text }))).to.equal(expected);
    });
  }

  for (const [name, text, read, expected] of WITH_POSTGRES) {
    it(`${name}=${text}`, () => {
      const url = { OCM_STORE_URL: 'postgres://me@db/ocm' };
      expect(read(deploy(url).store as PostgresStore)).to.not.equal(expected);
      expect(read(deploy({ ...url, [name]: text }).store as PostgresStore)).to.equal(expected);
    });
  }

  for (const [name, text, read, expected] of WITH_DIALER) {
    it(`${name}=${text}`, () => {
      expect(read(deploy({ OCM_DIALER_TYPE: 'simulated' }))).to.not.equal(expected);
      expect(read(deploy({ OCM_DIALER_TYPE: 'simulated', [name]: text }))).to.equal(expected);
    });
  }

  it('are all tried here, and no two keys share one', () => {
    const names = overridables(configSchema).map(({ path }) => variableName(path));
    expect(new Set(names).size).to.equal(names.length);
    expect(names.toSorted()).to.deep.equal([...ROWS, ...WITH_PORT, ...WITH_TLS, ...WITH_DIALER, ...WITH_POSTGRES].map(([name]) => name).toSorted());
  });

  it('join the words of a key by underscores', () => {
    expect(variableName(['limits', 'frameBytesBeforeRegistration'])).to.equal('OCM_LIMITS_FRAME_BYTES_BEFORE_REGISTRATION');
  });

  it('add a listener that the file leaves out, and the store', () => {
    const { deployment } = parseChanged(
      (config) => {
        delete (config as Partial<typeof config>).store;
        delete (config as Partial<typeof config>).listeners;
      },
      { OCM_STORE_URL: 'pglite:/data', OCM_LISTENERS_HTTP_PORT: '8098' },
    );
    expect(deployment.store).to.deep.equal({ kind: 'embedded', directory: '/data' });
    expect(deployment.listeners).to.deep.equal({ http: { host: '127.0.0.1', port: 8098 } });
  });

  it('fill a mapping that the file leaves empty, and not one that is something else', () => {
    const empty = parseChanged((config) => (config['limits'] = null as never), { OCM_LIMITS_LIST_DEPTH: '3' });
    expect(empty.deployment.limits.listDepth).to.equal(3);
    const error = configErrorOf(() => parseChanged((config) => (config['limits'] = 7 as never), { OCM_LIMITS_LIST_DEPTH: '3' }));
    expect(error.path).to.equal('limits');
  });

  it('that name no key are refused by name', () => {
    for (const name of ['OCM_LISTENER_HTTP_PORT', 'OCM_AGENTS', 'OCM_CLIENTS_0_NAME', 'OCM_', 'OCM_SERVER', 'OCM_LOG_SHOWVALUES', 'OCM_log_level']) {
      const error = configErrorOf(() => deploy({ [name]: 'x' }));
      expect({ code: error.code, path: error.path }).to.deep.equal({ code: 'UnknownVariable', path: name });
      expect(error.message).to.include(name).and.include('OCM_STORE_URL');
    }
  });

  it('of the tests, of others, and those that are not set, are left alone', () => {
    const env = { OCM_TEST_SLOW: '1', PATH: '/bin', MY_OCM_X: '1', OCM_GONE: undefined };
    expect(deploy(env)).to.deep.equal(deploy({}));
  });

  it('with a wrong value are named beside the key', () => {
    const rows = [
      ['OCM_LISTENERS_HTTP_PORT', 'http', 'listeners.http.port'],
      ['OCM_LISTENERS_HTTP_PORT', '', 'listeners.http.port'],
      ['OCM_LOG_TRACE', 'yes', 'log.trace'],
      ['OCM_LOG_TRACE', '1', 'log.trace'],
      ['OCM_SERVER_DBID', 'true', 'server.dbid'],
      ['OCM_SERVER_DBID', '1.5', 'server.dbid'],
      ['OCM_LIMITS_DRAIN_TIMEOUT', '10', 'limits.drainTimeout'],
      ['OCM_STORE_URL', '', 'store.url'],
    ] as const;
    for (const [name, text, path] of rows) {
      const error = configErrorOf(() => deploy({ [name]: text }));
      expect({ code: error.code, path: error.path }).to.deep.equal({ code: 'WrongValue', path });
      expect(error.message).to.match(new RegExp(`\\(set by ${name}\\)$`));
    }
  });

  it('for a listener without a port do not open it', () => {
    const error = configErrorOf(() => deploy({ OCM_LISTENERS_DIRECT_HOST: 'localhost' }));
    expect({ code: error.code, path: error.path }).to.deep.equal({ code: 'MissingKey', path: 'listeners.direct.port' });
  });
});

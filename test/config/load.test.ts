import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import type { Deployment } from '../../src/config/deployment.js';
import { loadConfig, parseConfig } from '../../src/config/load.js';
import { configErrorOf, parseChanged, parseObject } from './support.js';
import type { SmallConfig } from './support.js';

const SAMPLE = `
server: { dbid: 156, name: OCServer }
listeners:
  direct:
    { host: 127.0.0.1, port: 7010, profile: ocm1, unsolicited: registered }
  tevents: { host: 127.0.0.1, port: 7011 }
  http:    { host: 127.0.0.1, port: 8098 }
store: { url: "pglite:./data" }
log:
  level: warn
  file: ../log/ocm.log
  trace: true
  traceFile: /var/log/ocm.trace
  showValues: true
timeZones:
  - { dbid: 1, name: GMT, zone: Etc/UTC }
agents:
  - { id: "1001", name: Ada }
  - { id: "1002", name: Grace, password: "0815" }
groups:
  - { dbid: 732, name: Sales, agents: ["1001", "1002"] }
callingLists:
  - dbid: 501
    name: Spring
    table: outbound.cl_spring
    maxAttempts: 5
    from: "08:30"
    until: "24:00"
    customFields: { customer_name: varchar, state_code: char(2), zip: varchar(10), balance: float, age: int, since: datetime, sex: char }
    filter: { where: "state_code = 'CA'", order: "call_time" }
    treatments: [NextAnswer, 601, OnTheDay]
    allowSimulatedResults: true
  - { dbid: 502, name: Off, table: cl_off, filter: { where: "true" } }
treatments:
  - { dbid: 601, name: RetryBusy, callResult: Busy, action: Cycle, attempts: 3, interval: 30m, increment: 10m }
  - { dbid: 602, name: NextAnswer, callResult: AnsweringMachine, action: NextInChain }
  - { dbid: 603, name: OnTheDay, callResult: NoAnswer, action: RetryAtDate, dateTime: "3/1/2027 9:05" }
doNotCall: { table: dnc }
communicationDns: ["CommDN1"]
campaigns:
  - { dbid: 101, name: Spring, description: "Say hello", lists: [ { list: Spring, weight: 7 }, { list: 502, weight: 0 } ] }
campaignGroups:
  - dbid: 1001
    description: "Mornings"
    campaign: 101
    group: 732
    dialMode: Progress
    minRecBuffSize: 2
    optRecBuffSize: 3
    autoComplete: true
    autoCompleteWaitsFor: scheduled
    autoCompleteHorizon: 12h
    agentGrace: 0s
    unloadTimeout: 1m
    abandonTimeout: 3s
    recordProcessed: false
    maxPreviewRecords: 2
    personalCallbackWait: 5m
    replayWindow: 10m
    retrievalInterval: 20ms
dialer:
  type: simulated
  seed: 7
  ring: { min: 10ms, max: 1s }
  talk: { min: 0s, max: 0s }
  results: { Answer: 0.4, NoAnswer: 3, Busy: 0 }
clients:
  - { name: desktop, password: "...", roles: [agent] }
  - { name: console, roles: [supervisor, monitor] }
limits: { frameBytes: 2MiB, frameBytesBeforeRegistration: 32KiB, registerTimeout: 1s, heartbeatInterval: 3s, heartbeatTimeout: 6s,
          listDepth: 8, outboxBytes: 3MiB, drainTimeout: 4s, connections: 200, connectionsPerAddress: 20, heldBytes: 1GiB, stopTimeout: 7s,
          loginFailures: 3, loginDelay: 500ms, loginLock: 5m, loginsWaiting: 50, resumeTokenLife: 8h, entries: 300, requestsInFlight: 9, httpBody: 2KiB, httpHeaderTimeout: 2s,
          httpRequestTimeout: 3s }
`;

const SPRING_LIST = {
  dbid: 501,
  name: 'Spring',
  table: 'outbound.cl_spring',
  maxAttempts: 5,
  fromSeconds: 30_600,
  untilSeconds: 86_400,
  customFields: [
    { name: 'customer_name', type: 'varchar' },
    { name: 'state_code', type: 'char', length: 2 },
    { name: 'zip', type: 'varchar', length: 10 },
    { name: 'balance', type: 'float' },
    { name: 'age', type: 'int' },
    { name: 'since', type: 'datetime' },
    { name: 'sex', type: 'char', length: 1 },
  ],
  allowSimulatedResults: true,
  filter: { where: "state_code = 'CA'", order: 'call_time' },
  treatments: [
    { dbid: 602, name: 'NextAnswer', callResult: 9, action: 'NextInChain' },
    { dbid: 601, name: 'RetryBusy', callResult: 6, action: 'Cycle', attempts: 3, intervalMs: 1_800_000, incrementMs: 600_000 },
    { dbid: 603, name: 'OnTheDay', callResult: 7, action: 'RetryAtDate', localMs: Date.UTC(2027, 2, 1, 9, 5) },
  ],
} as const;

const OFF_LIST = {
  dbid: 502,
  name: 'Off',
  allowSimulatedResults: false,
  table: 'cl_off',
  maxAttempts: 10,
  fromSeconds: 0,
  untilSeconds: 86_400,
  customFields: [],
  filter: { where: 'true' },
  treatments: [],
} as const;

const SPRING = {
  dbid: 101,
  name: 'Spring',
  description: 'Say hello',
  lists: [{ list: SPRING_LIST, weight: 7 }, { list: OFF_LIST, weight: 0 }],
} as const;

const SALES = { dbid: 732, name: 'Sales', agentIds: new Set(['1001', '1002']) } as const;

const EXPECTED: Deployment = {
  server: { dbid: 156, name: 'OCServer' },
  listeners: {
    direct: { host: '127.0.0.1', port: 7010, profile: 'ocm1', unsolicited: 'registered' },
    tevents: { host: '127.0.0.1', port: 7011, profile: 'ocm1' },
    http: { host: '127.0.0.1', port: 8098 },
  },
  store: { kind: 'embedded', directory: '/etc/ocm/data' },
  log: { level: 'warn', file: '/etc/log/ocm.log', trace: true, traceFile: '/var/log/ocm.trace', showValues: true },
  timeZones: [{ dbid: 1, name: 'GMT', zone: 'Etc/UTC' }],
  agents: [{ id: '1001', name: 'Ada' }, { id: '1002', name: 'Grace', password: '0815' }],
  groups: [SALES],
  callingLists: [SPRING_LIST, OFF_LIST],
  doNotCall: { table: 'dnc' },
  communicationDns: ['CommDN1'],
  campaigns: [SPRING],
  campaignGroups: [
    {
      dbid: 1001,
      name: 'Spring@Sales',
      description: 'Mornings',
      campaign: SPRING,
      group: SALES,
      dialMode: 2,
      minRecBuffSize: 2,
      optRecBuffSize: 3,
      autoComplete: true,
      autoCompleteWaitsFor: 'scheduled',
      autoCompleteHorizonMs: 43_200_000,
      agentGraceMs: 0,
      unloadTimeoutMs: 60_000,
      abandonTimeoutMs: 3000,
      recordProcessed: false,
      maxPreviewRecords: 2,
      personalCallbackWaitMs: 300_000,
      replayWindowMs: 600_000,
      retrievalIntervalMs: 20,
    },
  ],
  clients: [
    { name: 'desktop', password: '...', roles: ['agent'] },
    { name: 'console', roles: ['supervisor', 'monitor'] },
  ],
  limits: {
    frameBytes: 2_097_152,
    frameBytesBeforeRegistration: 32_768,
    registerTimeoutMs: 1000,
    heartbeatIntervalMs: 3000,
    heartbeatTimeoutMs: 6000,
    listDepth: 8,
    entries: 300,
    requestsInFlight: 9,
    outboxBytes: 3_145_728,
    drainTimeoutMs: 4000,
    connections: 200,
    connectionsPerAddress: 20,
    heldBytes: 1_073_741_824,
    stopTimeoutMs: 7000,
    loginFailures: 3,
    loginDelayMs: 500,
    loginLockMs: 300_000,
    loginsWaiting: 50,
    resumeTokenLifeMs: 28_800_000,
    httpBody: 2048,
    httpHeaderTimeoutMs: 2000,
    httpRequestTimeoutMs: 3000,
  },
  dialer: {
    type: 'simulated',
    seed: 7,
    ring: { minMs: 10, maxMs: 1000 },
    talk: { minMs: 0, maxMs: 0 },
    results: [{ result: 33, share: 0.4 }, { result: 7, share: 3 }, { result: 6, share: 0 }],
  },
};

describe('a configuration that is right', () => {
  it('is resolved, key by key', () => {
    const { deployment, warnings } = parseConfig(SAMPLE, { baseDir: '/etc/ocm', env: {} });
    expect(deployment).to.deep.equal(EXPECTED);
    expect(warnings).to.deep.equal(['agents[1].password, clients[0].password: plain text; put what `ocm-gateway hash-password` prints in its place']);
  });

  it('shares one object between everything that refers to it', () => {
    const { deployment } = parseConfig(SAMPLE, { baseDir: '/etc/ocm', env: {} });
    expect(deployment.campaignGroups[0]?.campaign).to.equal(deployment.campaigns[0]);
    expect(deployment.campaignGroups[0]?.group).to.equal(deployment.groups[0]);
    expect(deployment.campaigns[0]?.lists[0]?.list).to.equal(deployment.callingLists[0]);
  });

  it('needs no more than a server, a listener and a store, and has documented defaults', () => {
    const minimal = { server: { dbid: 1 }, listeners: { direct: { port: 7010 } }, store: { url: 'pglite:data' } };
    expect(parseObject(minimal).deployment).to.deep.equal({
      server: { dbid: 1, name: 'OCServer' },
      listeners: { direct: { host: '127.0.0.1', port: 7010, profile: 'ocm1', unsolicited: 'subscribed' } },
      store: { kind: 'embedded', directory: '/etc/ocm/data' },
      log: { level: 'info', trace: false, showValues: false },
      timeZones: [],
      agents: [],
      groups: [],
      callingLists: [],
      doNotCall: { table: 'gsw_donotcall_list' },
      communicationDns: [],
      campaigns: [],
      campaignGroups: [],
      limits: {
        frameBytes: 1_048_576,
        frameBytesBeforeRegistration: 65_536,
        registerTimeoutMs: 10_000,
        heartbeatIntervalMs: 30_000,
        heartbeatTimeoutMs: 60_000,
        listDepth: 16,
        entries: 10_000,
        requestsInFlight: 100,
        outboxBytes: 1_048_576,
        drainTimeoutMs: 10_000,
        connections: 20_000,
        connectionsPerAddress: 20_000,
        heldBytes: 536_870_912,
        stopTimeoutMs: 10_000,
        loginFailures: 5,
        loginDelayMs: 1000,
        loginLockMs: 60_000,
        loginsWaiting: 500,
        resumeTokenLifeMs: 86_400_000,
        httpBody: 1_048_576,
        httpHeaderTimeoutMs: 10_000,
        httpRequestTimeoutMs: 30_000,
      },
    });
  });

  it('has documented defaults of a campaign group and a list', () => {
    const { campaignGroups, callingLists } = parseChanged(() => undefined).deployment;
    const { campaign, group, ...rest } = campaignGroups[0]!;
    expect([campaign.name, group.name, campaign.lists[0]?.weight]).to.deep.equal(['Spring', 'Sales', 10]);
    expect(rest).to.deep.equal({
      dbid: 1001,
      name: 'Spring@Sales',
      description: '',
      dialMode: 3,
      minRecBuffSize: 4,
      optRecBuffSize: 6,
      autoComplete: false,
      autoCompleteWaitsFor: 'retries',
      autoCompleteHorizonMs: 86_400_000,
      agentGraceMs: 60_000,
      unloadTimeoutMs: 600_000,
      abandonTimeoutMs: 2000,
      recordProcessed: true,
      maxPreviewRecords: 1,
      personalCallbackWaitMs: 1_800_000,
      replayWindowMs: 300_000,
      retrievalIntervalMs: 10_000,
    });
    expect(callingLists[0]).to.deep.equal({
      dbid: 501,
      name: 'Spring',
      table: 'cl_spring',
      maxAttempts: 10,
      fromSeconds: 0,
      untilSeconds: 86_400,
      customFields: [],
      treatments: [],
      allowSimulatedResults: false,
    });
  });

  it('has documented defaults of the dialer', () => {
    const { deployment } = parseChanged((config) => (config['dialer'] = { type: 'simulated' }));
    expect(deployment.dialer).to.deep.equal({
      type: 'simulated',
      seed: 1,
      ring: { minMs: 20, maxMs: 60 },
      talk: { minMs: 20, maxMs: 80 },
      results: [{ result: 33, share: 0.4 }, { result: 7, share: 0.3 }, { result: 6, share: 0.2 }, { result: 9, share: 0.1 }],
    });
    expect(parseChanged(() => undefined).deployment).to.not.have.property('dialer');
  });

  it('holds the frame limit of strangers below a smaller frame limit', () => {
    const { limits } = parseChanged((config) => (config.limits['frameBytes'] = '1KiB')).deployment;
    expect(limits.frameBytesBeforeRegistration).to.equal(1024);
  });

  it('may listen on any loopback address without clients, and anywhere with them', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost', 'LOCALHOST', '0:0:0:0:0:0:0:1']) {
      const { listeners } = parseChanged((config) => (config.listeners['http']!['host'] = host)).deployment;
      expect(listeners.http?.host).to.equal(host);
    }
    for (const host of ['0.0.0.0', '::', 'gateway.example.org', '10.0.0.1']) {
      const { listeners } = parseChanged((config) => {
        config.listeners['http']!['host'] = host;
        config['clients'] = [{ name: 'x', password: 'x', roles: ['agent'] }, { name: 'y', token: 'y'.repeat(16), roles: ['agent'] }];
      }).deployment;
      expect(listeners.http?.host).to.equal(host);
    }
  });

  it('may listen anywhere with clients that have neither password nor token, where they need a certificate', () => {
    const open = [{ name: 'x', roles: ['agent'] }];
    const tls = { cert: 'c', key: 'k' };
    const http = (change: (http: Record<string, unknown>, config: SmallConfig) => void) =>
      parseChanged((config) => {
        config['clients'] = open;
        change(Object.assign(config.listeners['http']!, { host: '0.0.0.0' }), config);
      }).deployment.listeners.http;
    expect(http((listener) => (listener['host'] = '127.0.0.1'))?.host).to.equal('127.0.0.1');
    expect(http((listener) => (listener['tls'] = { ...tls, clientCa: 'ca' }))?.host).to.equal('0.0.0.0');
    expect(http((_, config) => (config['tls'] = { ...tls, clientCa: 'ca' }))?.host).to.equal('0.0.0.0');
    expect(configErrorOf(() => http((_, config) => (config['tls'] = tls))).path).to.equal('listeners.http.host');
    // each listener by itself
    const other = () =>
      http((listener, config) => {
        listener['tls'] = { ...tls, clientCa: 'ca' };
        config.listeners['tevents'] = { host: '0.0.0.0', port: 1 };
      });
    expect(configErrorOf(other).path).to.equal('listeners.tevents.host');
  });

  it('has the certificate of all on every listener, but for what a listener has of its own', () => {
    const { listeners } = parseChanged((config) => {
      config.listeners['direct'] = { port: 1, tls: { cert: '/own', clientCa: 'ca' } };
      config['tls'] = { cert: 'tls/cert', key: 'tls/key' };
    }).deployment;
    const key = resolve('/etc/ocm', 'tls/key');
    expect(listeners.http?.tls).to.deep.equal({ cert: resolve('/etc/ocm', 'tls/cert'), key });
    expect(listeners.direct?.tls).to.deep.equal({ cert: '/own', key, clientCa: resolve('/etc/ocm', 'ca') });
    expect(parseChanged(() => undefined).deployment.listeners.http).to.not.have.property('tls');
  });

  it('may have two listeners on port 0, and on one port of two addresses', () => {
    const { listeners } = parseChanged((config) => {
      config.listeners = { http: { port: 0 }, direct: { port: 0 }, tevents: { port: 5, host: '127.0.0.2' } };
    }).deployment;
    expect([listeners.http?.port, listeners.direct?.port, listeners.tevents?.port]).to.deep.equal([0, 0, 5]);
  });

  it('warns of a server DBID that desktops cut off', () => {
    const warned = parseChanged((config) => (config.server['dbid'] = 32_768));
    expect(warned.warnings).to.have.length(1);
    expect(warned.warnings[0]).to.include('server.dbid').and.include('32767');
    expect(parseChanged((config) => (config.server['dbid'] = 32_767)).warnings).to.deep.equal([]);
  });
});

describe('a configuration file', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ocm-config-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('gives relative paths their place, wherever the program runs', () => {
    const file = join(directory, 'a.yaml');
    writeFileSync(file, SAMPLE);
    const { store, log } = loadConfig(file, { OCM_STORE_URL: 'pglite:../other' }).deployment;
    expect(store).to.deep.equal({ kind: 'embedded', directory: resolve(directory, '../other') });
    expect(log.file).to.equal(resolve(directory, '../log/ocm.log'));
  });

  it('is named by errors', () => {
    const file = join(directory, 'broken.yaml');
    writeFileSync(file, 'server: {');
    expect(configErrorOf(() => loadConfig(file, {})).message).to.match(/^broken\.yaml: line 1/);
  });

  it('that cannot be read is an error that says so', () => {
    for (const file of [join(directory, 'gone.yaml'), directory]) {
      const error = configErrorOf(() => loadConfig(file, {}));
      expect(error.code).to.equal('Unreadable');
      expect(error.message).to.include(file).and.include('--config');
    }
  });

  it('of the demo is right', () => {
    const { deployment, warnings } = loadConfig('fixtures/configs/demo.yaml', {});
    expect(warnings).to.deep.equal([]);
    expect(deployment.store).to.deep.equal({ kind: 'embedded', directory: resolve('data/demo') });
    expect(deployment.log.trace).to.equal(true);
    expect(deployment.campaignGroups.map(({ dbid, name, group }) => [dbid, name, [...group.agentIds]])).to.deep.equal([
      [1001, 'Spring@Sales', ['1001', '1002', '1003']],
      [1002, 'Autumn@Support', ['2001']],
    ]);
  });
});

import { expect } from 'chai';
import { makeMessage } from '../../protocol/index.js';
import { Metrics } from '../../src/metrics/metrics.js';
import { createNetCounters } from '../../src/net/net-counters.js';
import { Traffic } from '../../src/session/traffic.js';
import { sampleOf } from './support.js';

describe('metrics', () => {
  it('tell the stages of a completion, and only of one', async () => {
    const metrics = new Metrics();
    const stage = async (name: string): Promise<number | undefined> => sampleOf(await metrics.render(), 'ocm_completion_stage_duration_seconds_sum', { stage: name });
    metrics.durations.took('result', 1001, 999);
    metrics.durations.unloaded(1001, false);
    metrics.durations.took('result', 1001, 999);
    metrics.durations.took('result', 1001, 20);
    metrics.durations.took('result', 1002, 999);
    metrics.durations.took('probe', 1001, 3);
    metrics.durations.took('completion', 1001, 30);
    metrics.durations.took('fanOut', 1001, 400);
    expect(await stage('result_commit')).to.equal(undefined);
    metrics.durations.unloaded(1001, true);
    expect(await Promise.all(['result_commit', 'probe', 'completion_commit', 'fan_out'].map(stage))).to.deep.equal([0.02, 0.003, 0.03, 0.4]);
    // the next session has had no result
    metrics.durations.took('probe', 1001, 5);
    metrics.durations.unloaded(1001, true);
    const text = await metrics.render();
    expect(sampleOf(text, 'ocm_completion_stage_duration_seconds_count', { stage: 'result_commit' })).to.equal(1);
    expect(sampleOf(text, 'ocm_completion_stage_duration_seconds_count', { stage: 'probe' })).to.equal(2);
    expect(sampleOf(text, 'ocm_commit_duration_seconds_count', { of: 'result' })).to.equal(4);
  });

  it('takes no negative time', async () => {
    const metrics = new Metrics();
    metrics.durations.took('probe', 1, -5);
    expect(sampleOf(await metrics.render(), 'ocm_probe_duration_seconds_sum', {})).to.equal(0);
  });

  it('reads what others count, at the moment', async () => {
    const metrics = new Metrics();
    const counters = createNetCounters();
    const traffic = new Traffic();
    let waitingBytes = 0;
    metrics.watch({
      traffic,
      snapshots: () => [{ status: 'Running' }, { status: 'Running' }, { status: 'NotLoaded' }],
      recordCounts: () => [{ list: 'Spring "1"', ready: 3, retrieved: 2, final: 1, countedAt: 1000 }],
      connections: () => [{ dialect: 'T', counters, waitingBytes }],
      http: () => ({ open: 4, accepted: 6, refused: { addressLimit: 2 }, closed: { headerTimeout: 3 }, handshakeErrors: 6 }),
      logins: () => [{ entrance: 'T', outcome: 'wrong', count: 8 }],
      heldBytes: () => 17,
      now: () => 3500,
    });
    await metrics.render();
    counters.open = 7;
    counters.handshakeErrors = 3;
    counters.closed.outboxFull = 5;
    traffic.malformed('T', 'EmptyKey');
    for (const change of [1, 1, 1, -1] as const) traffic.underWay('T', change);
    traffic.heldBack('GSW_CM');
    waitingBytes = 9;
    const text = await metrics.render();
    expect(sampleOf(text, 'ocm_campaign_groups', { state: 'Running' })).to.equal(2);
    expect(sampleOf(text, 'ocm_campaign_groups', { state: 'WaitingUnload' })).to.equal(0);
    expect(sampleOf(text, 'ocm_list_records', { list: 'Spring \\"1\\"', status: 'retrieved' })).to.equal(2);
    expect(sampleOf(text, 'ocm_list_records_age_seconds', { list: 'Spring \\"1\\"' })).to.equal(2.5);
    expect(sampleOf(text, 'ocm_connections', { dialect: 'T' })).to.equal(7);
    expect(sampleOf(text, 'ocm_connections', { dialect: 'HTTP' })).to.equal(4);
    expect(sampleOf(text, 'ocm_connections_closed_total', { dialect: 'T', reason: 'outboxFull' })).to.equal(5);
    expect(sampleOf(text, 'ocm_tls_handshake_errors_total', { dialect: 'T' })).to.equal(3);
    expect(sampleOf(text, 'ocm_tls_handshake_errors_total', { dialect: 'HTTP' })).to.equal(6);
    expect(sampleOf(text, 'ocm_logins_total', { dialect: 'T', outcome: 'wrong' })).to.equal(8);
    expect(sampleOf(text, 'ocm_connections_closed_total', { dialect: 'HTTP', reason: 'headerTimeout' })).to.equal(3);
    expect(sampleOf(text, 'ocm_connections_refused_total', { dialect: 'HTTP', reason: 'addressLimit' })).to.equal(2);
    expect(sampleOf(text, 'ocm_connections_accepted_total', { dialect: 'HTTP' })).to.equal(6);
    expect(sampleOf(text, 'ocm_malformed_total', { dialect: 'T', code: 'EmptyKey' })).to.equal(1);
    expect(sampleOf(text, 'ocm_requests_in_flight', { dialect: 'T' })).to.equal(2);
    expect(sampleOf(text, 'ocm_requests_held_back_total', { dialect: 'GSW_CM' })).to.equal(1);
    expect(sampleOf(text, 'ocm_outbox_bytes', { dialect: 'T' })).to.equal(9);
    expect(sampleOf(text, 'ocm_held_bytes', {})).to.equal(17);
  });

  it('have a name with its unit and words for each, and each once', async () => {
    const metrics = new Metrics();
    metrics.watch({ traffic: new Traffic(), snapshots: () => [], recordCounts: () => [], connections: () => [], http: () => undefined, logins: () => [], heldBytes: () => 0, now: () => 0 });
    const text = await metrics.render();
    const help = [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = '', words = '']) => ({ name, words }));
    const kinds = new Map(Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name = '', kind = '']) => [name, kind]));
    expect(new Set(help.map(({ name }) => name)).size).to.equal(help.length);
    expect(help.map(({ name }) => name)).to.include.members(['process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds']);
    const ours = help.filter(({ name }) => name.startsWith('ocm_'));
    expect(ours).to.have.lengthOf.greaterThan(14);
    for (const { name, words } of ours) {
      expect(words, name).to.match(/^[A-Z].{25,}\.$/);
      if (kinds.get(name) === 'counter') expect(name).to.match(/_total$/);
      if (kinds.get(name) === 'histogram') expect(name).to.match(/_seconds$/);
    }
  });
});

describe('traffic', () => {
  it('counts messages by name, and what is none as unknown', () => {
    const traffic = new Traffic();
    const hello = makeMessage('GSW_CM_ReqHeartbeat', { GSW_CM_AttrReferenceID: 1 });
    traffic.received(hello);
    traffic.received(hello);
    for (const type of [60_001, 60_002]) traffic.received({ ...hello, type });
    traffic.sent(hello);
    expect(traffic.messages()).to.have.deep.members([
      { dialect: 'GSW_CM', direction: 'received', type: 'GSW_CM_ReqHeartbeat', count: 2 },
      { dialect: 'GSW_CM', direction: 'received', type: 'unknown', count: 2 },
      { dialect: 'GSW_CM', direction: 'sent', type: 'GSW_CM_ReqHeartbeat', count: 1 },
    ]);
    expect(traffic.refusals()).to.deep.equal([]);
  });
});

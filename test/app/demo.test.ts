import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const DEMO_OF = fileURLToPath(new URL('./support/demo-of.js', import.meta.url));

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it left behind in the directory for temporary files. */
  readonly left: readonly string[];
}

/** Runs a script that has a directory for temporary files of its own. */
async function run(args: readonly string[], watch: (child: ChildProcess, stdout: string) => void = () => undefined): Promise<Run> {
  const temporary = mkdtempSync(join(tmpdir(), 'demo-test-'));
  const child = spawn(process.execPath, [...process.execArgv, ...args], { env: { ...process.env, TMPDIR: temporary, NODE_OPTIONS: '' } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    watch(child, stdout);
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  const left = readdirSync(temporary);
  rmSync(temporary, { recursive: true });
  return { status, stdout, stderr, left };
}

describe('the demo', function () {
  this.timeout(90_000);

  it('shows a campaign that completes by itself, and leaves nothing behind', async () => {
    const { status, stdout, stderr, left } = await run([MAIN, 'demo']);
    expect({ status, stderr, left }).to.deep.equal({ status: 0, stderr: '', left: [] });
    for (const line of [
      /imported 200 records into list Spring$/m,
      /Barbara \(agent 2001, group Support\) is ready on DN 7101$/m,
      /POST http:\/\/127\.0\.0\.1:\d+\/ocs\/v3\/servers\/156\/load-campaign$/m,
      /^ {3}\{"data": \{"campaignId":101, "requestProperties":\[\{"key":"GSW_AUTO_COMPLETION", "value":1\}\], "groupId":732\}\}$/m,
      /answered 200: \{"status":\{"code":0\},.*"autoCompletion":true\}\}$/m,
      /is Running in mode Progress$/m,
      /^[\d:.]+ OCMClient\[\d+\]::message received\n\tGSW_CM_MessageType {14}7 \[GSW_CM_ReqLoadCampaign\]\n(?:\t.*\n){3}\tGSW_CM_AttrProperties\n\t\t'GSW_AUTO_COMPLETION' '\*{4}'$/m,
      /\[GSW_CM_ReqStartDialing\]\n/,
      /Trc 52000 .*\n(?:.*\n)*.*Trc 52001 .*\n.*Trc 52002 .*\n.*Trc 52004 /,
      /^The first call that was answered: \w+ on DN 700\d with .+, \d+:\n[\d:.]+ EventRinging\n[\d:.]+ EventEstablished\n[\d:.]+ EventReleased\n[\d:.]+ RecordProcessedAcknowledge/m,
      /│ Ada \(1001 on 7001\) +│ Sales +│ +(\d+) │ +\1 │ +\1 │ +\1 │ +\d+\.\d s │$/m,
      /│ Barbara \(2001 on 7101\) +│ Support +│(?: +0 │){4} +0.0 s │$/m,
      /│ Ada +│ 1: [\d:.]{12} +│ 2: [\d:.]{12} +│ 3: [\d:.]{12} +│ 4: [\d:.]{12} +│$/m,
      /│ Barbara +│(?: - +│){4}$/m,
      /│ Answer +│ Updated +│ +\d+ │ +1 │ +\d+ │$/m,
      /│ NoAnswer +│ Updated +│ +\d+ │ +1 │ +\d+ │$/m,
      /│ AnsweringMachine +│ Updated +│ +\d+ │ +1 │ +\d+ │$/m,
      /│ Answer +│ Updated +│ +\d+ │ +2 │ +\d+ │$/m,
      /│ all +│ +│ +200 │ +│ +2\d\d │$/m,
      /^Records final: 200, left: 0$/m,
      /everything happened as it should$/m,
    ]) {
      expect(stdout).to.match(line);
    }
  });

  it('says what did not happen as it should', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'demo-records-'));
    const records = join(directory, 'records.csv');
    // the last is to be called in 2030: it is left, where every record should be final
    writeFileSync(records, ['contact_info,dial_sched_time', ...[1, 2, 3, 4, 5, 6].map((n) => `555010${n},`), '5550107,1893456000', ''].join('\n'));
    const { status, stdout, stderr, left } = await run([DEMO_OF, records]);
    rmSync(directory, { recursive: true });
    expect(status).to.equal(1);
    expect(stderr).to.match(/^ocm-gateway: the demo did not go as it should: .*; no record was to be left; 1 are Ready and 0 Retrieved; .*\n$/);
    expect(stdout).to.match(/^Records final: 6, left: 1$/m).and.not.to.include('everything happened');
    expect(left).to.deep.equal([]);
  });

  it('says why it could not begin', async () => {
    const { status, stderr, left } = await run([DEMO_OF, '/nowhere/records.csv']);
    expect(status).to.equal(1);
    expect(stderr).to.match(/^ocm-gateway: the records cannot be read: ENOENT.*\/nowhere\/records.csv'\n$/);
    expect(left).to.deep.equal([]);
  });

  it('cleans up when it is interrupted', async () => {
    const { status, stderr, left } = await run([MAIN, 'demo'], (child, stdout) => {
      if (stdout.includes('is Running in mode Progress')) child.kill('SIGINT');
    });
    expect({ status, stderr, left }).to.deep.equal({ status: 130, stderr: 'ocm-gateway: the demo was interrupted\n', left: [] });
  });
});

import { expect } from 'chai';
import { createLog } from '../../src/log/log.js';
import { traceWriter } from '../../src/log/trace-writer.js';
import { StallingTarget, standingClock } from './support.js';

const AT = '2026-11-22T14:52:01.123Z';

/** What one call at level info writes. */
async function written(message: string, fields?: Readonly<Record<string, unknown>>): Promise<string> {
  const target = new StallingTarget();
  const log = createLog({ level: 'info' }, standingClock, target);
  log.info(message, fields);
  await log.close();
  return target.text;
}

describe("the program's log", () => {
  it('writes one line per call, with the time of the clock', async () => {
    expect(await written('listening', { host: '127.0.0.1', port: 7010 })).to.equal(`${AT} info listening host=127.0.0.1 port=7010\n`);
    expect(await written('bare')).to.equal(`${AT} info bare\n`);
  });

  it('says what is up to its level, and tells what is not', async () => {
    const levels = ['error', 'warn', 'info', 'debug'] as const;
    for (const [index, level] of levels.entries()) {
      const target = new StallingTarget();
      const log = createLog({ level }, standingClock, target);
      for (const name of levels) log[name](`at ${name}`);
      expect([log.infoEnabled, log.debugEnabled]).to.deep.equal([index >= 2, index >= 3]);
      await log.close();
      expect(target.text).to.equal(levels.slice(0, index + 1).map((name) => `${AT} ${name} at ${name}\n`).join(''));
    }
  });

  it('does not even look at the fields of a level that is off', async () => {
    const log = createLog({ level: 'info' }, standingClock, new StallingTarget());
    const fields = {
      get costly(): string {
        throw new Error('looked at');
      },
    };
    log.debug('x', fields);
    await log.close();
  });

  it('stays one line, whatever a client is called', async () => {
    const text = await written('client\nerror forged \u0085\u2028\u001b[2J', { name: 'a\nb', list: ['c\nd'] });
    expect(text.match(/\n/g)).to.have.length(1);
    expect(text).to.include('client\\u000aerror forged \\u0085\\u2028\\u001b[2J').and.include('name="a\\nb"');
  });

  it('hides secrets', async () => {
    const text = await written('x', { password: 'hunter2', userPassword: 'hunter2', nested: { a: { secret: 'hunter2', ok: 1 } } });
    expect(text).to.equal(`${AT} info x password=**** userPassword=**** nested={"a":{"secret":"****","ok":1}}\n`);
  });

  it('writes every kind of value', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const text = await written('x', { a: 1n, b: { c: 2n }, d: undefined, e: null, f: 'two words', g: true, circular });
    expect(text).to.include('a=1 b={"c":"2"} e=null f="two words" g=true circular=unprintable: ');
  });

  it('writes the code of a foreseen error and the stack of any other', async () => {
    const coded = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    expect(await written('x', { error: coded })).to.equal(`${AT} info x error="ENOENT: no such file"\n`);
    const text = await written('x', { error: new Error('surprise') });
    expect(text).to.include('error="Error: surprise\\n    at ').and.include('log.test');
  });

  it('does not queue for a target that stalls, and says how much it lost', async () => {
    const target = new StallingTarget();
    const log = createLog({ level: 'info' }, standingClock, target);
    target.stalled = true;
    const line = 'x'.repeat(2 ** 20);
    for (let index = 0; index < 20; index += 1) log.info(line);
    target.recover();
    await log.close();
    const kept = target.text.match(/ info x/g)?.length ?? 0;
    expect(kept).to.be.within(2, 10);
    expect(target.text).to.include(`${AT} warn log lines were lost lines=${20 - kept}\n`);
  });
});

describe('the trace', () => {
  it('is written raw', async () => {
    const target = new StallingTarget();
    const trace = traceWriter({ trace: true }, standingClock, target);
    expect(trace.enabled).to.equal(true);
    trace.write("14:52:01.123 OCMClient[9]::message received\n\tGSW_CM_MessageType              7 [x]\n\t'k' '\\n'");
    await trace.close();
    expect(target.text).to.equal("14:52:01.123 OCMClient[9]::message received\n\tGSW_CM_MessageType              7 [x]\n\t'k' '\\n'\n");
    expect(target.closed).to.equal(true);
  });

  it('that is off writes and opens nothing', async () => {
    const target = new StallingTarget();
    const trace = traceWriter({ trace: false, traceFile: '/nowhere/x' }, standingClock, target);
    expect(trace.enabled).to.equal(false);
    trace.write('x');
    await trace.close();
    expect(target.text).to.equal('');
    expect(target.closed).to.equal(false);
  });

  it('says when lines are missing', async () => {
    const target = new StallingTarget();
    const trace = traceWriter({ trace: true }, standingClock, target);
    target.fail(new Error('ENOSPC: no space'));
    trace.write('a\n\tb');
    target.recover();
    trace.write('c');
    await trace.close();
    expect(target.text).to.equal('\n14:52:01.123 TraceWriter::2 lines lost (ENOSPC: no space)\nc\n');
  });

  it('to a file that cannot be opened is an error at once', () => {
    expect(() => traceWriter({ trace: true, traceFile: '/nowhere/x' }, standingClock)).to.throw('ENOENT');
    expect(() => createLog({ level: 'info', file: '/nowhere/x' }, standingClock)).to.throw('ENOENT');
  });
});

import { expect } from 'chai';
import { Heartbeat } from '../../src/net/heartbeat.js';
import { RegisterTimeout } from '../../src/net/register-timeout.js';
import { ManualClock } from '../support/manual-clock.js';

interface Watched {
  readonly clock: ManualClock;
  readonly heartbeat: Heartbeat;
  readonly log: string[];
  reading: boolean;
}

function watch(intervalMs = 30, timeoutMs = 60): Watched {
  const clock = new ManualClock(1000);
  const log: string[] = [];
  const watched = { clock, log, reading: true };
  const heartbeat = new Heartbeat({
    clock,
    intervalMs,
    timeoutMs,
    reading: () => watched.reading,
    ask: () => log.push(`ask ${clock.now() - 1000}`),
    dead: () => log.push(`dead ${clock.now() - 1000}`),
  });
  return Object.assign(watched, { heartbeat });
}

describe('net/heartbeat', () => {
  it('asks a silent line once, then gives it up', () => {
    const { clock, log } = watch();
    clock.advance(29);
    expect(log).to.deep.equal([]);
    clock.advance(1);
    expect(log).to.deep.equal(['ask 30']);
    clock.advance(29);
    expect(log).to.deep.equal(['ask 30']);
    clock.advance(1000);
    expect(log).to.deep.equal(['ask 30', 'dead 60']);
    expect(clock.pending).to.equal(0);
  });

  it('counts the silence from the last byte', () => {
    const { clock, heartbeat, log } = watch();
    clock.advance(20);
    heartbeat.heard();
    clock.advance(29);
    expect(log).to.deep.equal([]);
    clock.advance(1);
    expect(log).to.deep.equal(['ask 50']);
    heartbeat.heard();
    clock.advance(1000);
    expect(log).to.deep.equal(['ask 50', 'ask 80', 'dead 110']);
  });

  it('leaves a line alone that answers what it is asked, or talks', () => {
    const { clock, heartbeat, log } = watch();
    for (let n = 0; n < 100; n += 1) {
      clock.advance(25);
      heartbeat.heard();
    }
    expect(log).to.deep.equal([]);
    expect(clock.pending).to.equal(1);
  });

  it('asks again an interval after each answer, however long the time-out is', () => {
    const { clock, heartbeat, log } = watch(30, 1000);
    clock.advance(35);
    heartbeat.heard();
    clock.advance(35);
    heartbeat.heard();
    clock.advance(5000);
    expect(log).to.deep.equal(['ask 30', 'ask 65', 'ask 100', 'dead 1070']);
    expect(clock.pending).to.equal(0);
  });

  it('starts one timer per interval, however many bytes come', () => {
    const { clock, heartbeat } = watch();
    for (let n = 0; n < 1000; n += 1) heartbeat.heard();
    expect(clock.pending).to.equal(1);
  });

  it('takes no silence from a line that is not being read', () => {
    const watched = watch();
    watched.reading = false;
    watched.clock.advance(500);
    expect(watched.log).to.deep.equal([]);
    watched.reading = true;
    watched.clock.advance(39);
    expect(watched.log).to.deep.equal(['ask 510']);
  });

  it('does not give up a line because the system clock jumps', () => {
    const { clock, heartbeat, log } = watch();
    clock.advance(10);
    heartbeat.heard();
    clock.jump(3_600_000);
    clock.advance(20);
    expect(log).to.have.length(1);
    heartbeat.heard();
    clock.jump(-7_200_000);
    clock.advance(59);
    expect(log.map((entry) => entry.split(' ')[0]), 'asked again, in spite of a jump back').to.deep.equal(['ask', 'ask']);
    clock.advance(1);
    expect(log.at(-1), 'silent for the whole time-out').to.match(/^dead/);
  });

  it('hears the answer that was read after the last timer had ended', () => {
    const { clock, heartbeat, log } = watch();
    clock.advance(30);
    // The process was paused: the byte is read between the end of the timer and the last look.
    clock.after(30, () => heartbeat.heard());
    clock.advance(30);
    expect(log).to.deep.equal(['ask 30']);
  });

  it('is silent after stop', () => {
    const { clock, heartbeat, log } = watch();
    clock.advance(30);
    heartbeat.stop();
    clock.advance(100);
    expect(log).to.deep.equal(['ask 30']);
    expect(clock.pending).to.equal(0);
  });
});

describe('net/register-timeout', () => {
  it('ends a line that does not register, and no other', () => {
    const clock = new ManualClock();
    const lapsed: string[] = [];
    const silent = new RegisterTimeout(clock, 10_000, () => lapsed.push('silent'));
    const registered = new RegisterTimeout(clock, 10_000, () => lapsed.push('registered'));
    clock.advance(9_999);
    registered.cancel();
    expect(lapsed).to.deep.equal([]);
    clock.advance(1);
    expect(lapsed).to.deep.equal(['silent']);
    silent.cancel();
    expect(clock.pending).to.equal(0);
  });
});

import { expect } from 'chai';
import { Failures } from '../../src/access/failures.js';
import { ManualClock } from '../support/manual-clock.js';

const LOCK_MS = 60_000;
const HERE = '10.0.0.1';

function failuresOf() {
  const clock = new ManualClock();
  const failures = new Failures(clock, { loginFailures: 5, loginDelayMs: 1000, loginLockMs: LOCK_MS });
  const begin = (name: string | undefined, address: string) => {
    const begun = failures.begin(name, address);
    return begun.kind === 'begun' ? begun.tries : begun.kind;
  };
  const end = (how: 'right' | 'wrong' | 'undecided', name: string | undefined, address = HERE) => {
    const tries = begin(name, address);
    if (typeof tries === 'string') return tries;
    failures[how](tries);
    return how;
  };
  return { clock, failures, begin, end };
}

describe('wrong secrets, as they are counted', () => {
  it('are remembered however many other names are tried from the same address', () => {
    const { clock, end } = failuresOf();
    for (let index = 0; index < 4; index += 1) end('wrong', 'mon');
    const others = new Set(Array.from({ length: 10_100 }, (_, index) => end('wrong', `other ${index}`)));
    expect([...others], 'the names beyond are counted together').to.deep.equal(['wrong', 'locked']);
    expect([end('wrong', 'mon'), end('right', 'mon')]).to.deep.equal(['wrong', 'locked']);
    expect(end('right', 'mon', '10.0.0.2'), 'from elsewhere').to.equal('right');
    clock.advance(LOCK_MS);
    expect([end('right', 'mon'), end('right', 'new')]).to.deep.equal(['right', 'right']);
  });

  it('are remembered however many addresses try, and what cannot be remembered is not looked at', () => {
    const { clock, end } = failuresOf();
    for (let index = 0; index < 5; index += 1) end('wrong', 'mon');
    const others = Array.from({ length: 20_100 }, (_, index) => end('wrong', `other ${index}`, `address ${index}`));
    expect(others.lastIndexOf('wrong')).to.equal(19_998);
    expect(others.indexOf('busy')).to.equal(19_999);
    expect(end('right', 'mon')).to.equal('locked');
    clock.advance(LOCK_MS);
    expect([end('right', 'mon'), end('wrong', 'other', 'another address')]).to.deep.equal(['right', 'wrong']);
  });

  it('take no room where nothing was wrong', () => {
    const { begin, end, failures } = failuresOf();
    for (let index = 0; index < 20_100; index += 1) end(index % 2 === 0 ? 'undecided' : 'right', `other ${index}`);
    const pending = Array.from({ length: 2000 }, (_, index) => begin(`waiting ${index}`, HERE));
    expect(pending.filter((tries) => typeof tries === 'string')).to.deep.equal([]);
    for (const tries of pending) if (typeof tries !== 'string') failures.right(tries);
    expect(end('wrong', 'one more')).to.equal('wrong');
  });

  it('lock nobody before they are known to be wrong', () => {
    const { begin, end, failures } = failuresOf();
    const tries = Array.from({ length: 5 }, () => begin('mon', HERE));
    expect(end('right', 'mon')).to.equal('busy');
    for (const one of tries) if (typeof one !== 'string') failures.undecided(one);
    expect(end('right', 'mon')).to.equal('right');
  });

  it('of no name are not forgotten behind what is right', () => {
    const { end } = failuresOf();
    const round = () => [...Array.from({ length: 4 }, () => end('wrong', undefined)), end('right', undefined)];
    expect(round()).to.deep.equal(['wrong', 'wrong', 'wrong', 'wrong', 'right']);
    expect(round()).to.deep.equal(['wrong', 'locked', 'locked', 'locked', 'locked']);
  });

  it('are counted on for tries that were begun before a right one', () => {
    const { begin, end, failures } = failuresOf();
    const tries = begin('mon', HERE);
    end('right', 'mon');
    for (let index = 0; index < 4; index += 1) end('wrong', 'mon');
    if (typeof tries !== 'string') failures.wrong(tries);
    expect(end('right', 'mon')).to.equal('locked');
  });
});

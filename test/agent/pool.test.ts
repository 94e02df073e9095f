import { expect } from 'chai';
import { AgentPool } from '../../src/agent/pool.js';

const nobody = (): boolean => false;

/** These agents, ready in this order. */
function poolOf(...agents: readonly string[]): AgentPool<string> {
  const made = new AgentPool<string>();
  for (const [index, agentId] of agents.entries()) {
    made.seat(agentId, `700${index}`, 'line', 0, 0);
    made.setState(agentId, 'ready');
  }
  return made;
}

/** Of these agents who is given one call after the other, without any being freed. */
function order(of: AgentPool<string>, among: readonly string[] = ['A', 'B', 'C']): string[] {
  const found: string[] = [];
  const members = new Set(among);
  for (let next = of.longestReady(members, nobody); next !== undefined; next = of.longestReady(members, (agentId) => found.includes(agentId))) found.push(next.agentId);
  return found;
}

describe('the pool of agents', () => {
  it('seats an agent on a DN, found by both, not ready at first', () => {
    const pool = new AgentPool<string>();
    const seat = pool.seat('A', '7001', 'line 1', 10, 5);
    expect(seat).to.deep.include({ agentId: 'A', dn: '7001', line: 'line 1', since: 10, resumeAfter: 5, state: 'notReady' });
    expect(pool.find('A')).to.equal(seat);
    expect(pool.onDn('7001')).to.equal(seat);
    expect([pool.find('B'), pool.onDn('7002'), pool.away('A')]).to.deep.equal([undefined, undefined, undefined]);
  });

  it('refuses another agent on that DN, and the same agent on another; the same on the same takes over', () => {
    const pool = new AgentPool<string>();
    const first = pool.seat('A', '7001', 'line 1', 10, 0);
    expect(pool.refusal('B', '7001')).to.deep.equal({ kind: 'dnBusy', by: 'A' });
    expect(pool.refusal('A', '7002')).to.deep.equal({ kind: 'loggedInElsewhere', dn: '7001' });
    expect(pool.refusal('B', '7002')).to.equal(undefined);
    expect(pool.refusal('A', '7001')).to.equal(undefined);
    const second = pool.seat('A', '7001', 'line 2', 10, 0);
    expect(second.login).to.not.equal(first.login);
    expect(pool.onDn('7001')?.line).to.equal('line 2');
  });

  it('says where an agent goes that has two reasons against it first that it is elsewhere', () => {
    const pool = new AgentPool<string>();
    pool.seat('A', '7001', 'line 1', 0, 0);
    pool.seat('B', '7002', 'line 2', 0, 0);
    expect(pool.refusal('A', '7002')).to.deep.equal({ kind: 'loggedInElsewhere', dn: '7001' });
  });

  it('knows who lost its line, and frees the DN', () => {
    const pool = new AgentPool<string>();
    pool.seat('A', '7001', 'line 1', 10, 5);
    pool.lose('A', { since: 10, lostAt: 20, resumeAfter: 5 });
    expect(pool.find('A')).to.equal(undefined);
    expect(pool.away('A')).to.deep.equal({ since: 10, lostAt: 20, resumeAfter: 5 });
    expect(pool.refusal('B', '7001')).to.equal(undefined);
    expect(pool.refusal('A', '7002'), 'back on any DN').to.equal(undefined);
    pool.seat('A', '7002', 'line 2', 10, 6);
    expect(pool.away('A')).to.equal(undefined);
    expect(pool.onDn('7001')).to.equal(undefined);
  });

  it('forgets who logged out, seated or away', () => {
    const pool = new AgentPool<string>();
    pool.seat('A', '7001', 'line 1', 10, 5);
    pool.remove('A');
    pool.lose('B', { since: 0, lostAt: 0, resumeAfter: undefined });
    pool.remove('B');
    pool.remove('C');
    expect([pool.find('A'), pool.onDn('7001'), pool.away('A'), pool.away('B')]).to.deep.equal([undefined, undefined, undefined, undefined]);
  });

  it('keeps what an agent said of itself until it says otherwise, or logs in again', () => {
    const pool = new AgentPool<string>();
    pool.seat('A', '7001', 'line 1', 10, 5);
    pool.setState('A', 'ready');
    pool.setState('B', 'ready');
    expect(pool.find('A')).to.deep.include({ state: 'ready', login: 1, since: 10 });
    expect(pool.onDn('7001')?.state).to.equal('ready');
    expect(pool.find('B')).to.equal(undefined);
    expect(pool.seat('A', '7001', 'line 1', 10, 5).state).to.equal('notReady');
  });

  describe('ready longest', () => {
    it('is who said so first, of those who are asked about and not busy', () => {
      const agents = poolOf('B', 'A', 'C');
      expect(order(agents)).to.deep.equal(['B', 'A', 'C']);
      expect(order(agents, ['C', 'A'])).to.deep.equal(['A', 'C']);
      expect(agents.longestReady(new Set(['A', 'B', 'C']), (agentId) => agentId === 'B')).to.equal(agents.find('A'));
      expect(agents.longestReady(new Set(['X']), nobody)).to.equal(undefined);
    });

    it('is not who says it again, and is last who was NotReady meanwhile', () => {
      const agents = poolOf('A', 'B', 'C');
      agents.setState('A', 'ready');
      expect(order(agents)).to.deep.equal(['A', 'B', 'C']);
      agents.setState('A', 'notReady');
      expect(order(agents)).to.deep.equal(['B', 'C']);
      agents.setState('A', 'ready');
      expect(order(agents)).to.deep.equal(['B', 'C', 'A']);
    });

    it('goes behind the others when a record has ended, but only who is ready', () => {
      const agents = poolOf('A', 'B', 'C');
      agents.freed('A');
      expect(order(agents)).to.deep.equal(['B', 'C', 'A']);
      agents.setState('B', 'notReady');
      agents.freed('B');
      agents.freed('X');
      expect(order(agents)).to.deep.equal(['C', 'A']);
    });

    it('is nobody who only asks for records, has gone, has lost its line or has just logged in again', () => {
      const agents = poolOf('A', 'B', 'C');
      agents.setState('A', 'asking');
      agents.remove('B');
      agents.lose('C', { since: 0, lostAt: 0, resumeAfter: undefined });
      expect(order(agents)).to.deep.equal([]);
      agents.setState('A', 'ready');
      agents.seat('A', '7000', 'line', 0, 0);
      expect(order(agents)).to.deep.equal([]);
    });
  });
});

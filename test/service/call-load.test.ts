import { expect } from 'chai';
import * as fc from 'fast-check';
import type { CampaignGroup } from '../../src/config/deployment.js';
import { CallLoad } from '../../src/service/call-load.js';

const AGENTS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** Groups 1, 2, ... of these agents, all ready and free but for those who are taken. */
function bench(members: readonly (readonly string[])[]) {
  const groups = members.map((agentIds, index) => ({ dbid: index + 1, campaign: { dbid: 100 + index }, group: { agentIds: new Set(agentIds) } }) as unknown as CampaignGroup);
  const notReady = new Set<string>();
  const held = new Set<string>();
  const left = new Set<string>();
  const told: number[] = [];
  const load = new CallLoad({
    groups,
    agents: { find: (agentId) => ({ state: notReady.has(agentId) ? 'notReady' : 'ready' }) as never },
    held: { count: (agentId) => (held.has(agentId) ? 1 : 0) },
    left: { has: (agentId, campaign) => left.has(`${agentId} ${campaign}`) },
    room: (dbid) => void told.push(dbid),
  });
  const group = (dbid: number): CampaignGroup => {
    const found = groups[dbid - 1];
    if (found === undefined) throw new Error(`no group ${dbid}`);
    return found;
  };
  return { load, group, notReady, held, left, told };
}

describe('calls of groups that share agents', () => {
  it('are as many as there are agents who are ready, free and in the campaign', () => {
    const { load, group, notReady, held, left } = bench([['a', 'b', 'c', 'd']]);
    expect(load.agentsFor(group(1))).to.equal(4);
    notReady.add('a');
    held.add('b');
    left.add('c 100');
    left.add('d 999');
    expect(load.agentsFor(group(1))).to.equal(1);
    expect([...AGENTS].map((agentId) => load.isFree(agentId, group(1)))).to.deep.equal([false, false, false, true, true, true]);
  });

  it('leave out agents whom other groups\' calls may take', () => {
    const { load, group } = bench([['a', 'b', 'c'], ['c', 'd'], ['e']]);
    load.set(2, 1);
    load.set(3, 1);
    expect(load.agentsFor(group(1))).to.equal(2);
  });

  it('leave the others the agents that their calls need', () => {
    const { load, group } = bench([['a', 'b'], ['b', 'c']]);
    load.set(1, 2);
    expect(load.agentsFor(group(2)), 'c is free, but b may be the one who is taken').to.equal(0);
    load.set(1, 1);
    expect(load.agentsFor(group(2))).to.equal(1);
  });

  it('go by turns where both would place some', () => {
    const { load, group } = bench([['a', 'b'], ['a', 'b']]);
    load.wants(1, true);
    load.wants(2, true);
    load.set(1, 1);
    expect([load.agentsFor(group(1)), load.agentsFor(group(2))]).to.deep.equal([1, 1]);
    load.set(2, 1);
    load.set(1, 0);
    expect([load.agentsFor(group(1)), load.agentsFor(group(2))], 'the first has fewer').to.deep.equal([1, 1]);
    load.set(2, 0);
    expect([load.agentsFor(group(1)), load.agentsFor(group(2))], 'the first had its turn before').to.deep.equal([2, 0]);
    load.wants(1, false);
    expect(load.agentsFor(group(2))).to.equal(2);
  });

  it('tell who waits when something has changed, and nobody else', () => {
    const { load, told } = bench([['a'], ['a'], ['b'], ['a']]);
    load.wants(2, true);
    load.wants(3, true);
    load.set(1, 1);
    load.set(1, 1);
    load.set(1, 0);
    expect(told).to.deep.equal([2, 2]);
    load.wants(4, true);
    load.wants(2, false);
    load.wants(2, false);
    expect(told.slice(2)).to.deep.equal([4]);
  });

  it('find an agent each, whichever is answered first and whomever it takes', () => {
    const member = fc.uniqueArray(fc.constantFrom(...AGENTS), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(member, { minLength: 2, maxLength: 4 }), fc.infiniteStream(fc.nat()), (members, numbers) => {
        const { load, group, held } = bench(members);
        const out = members.map(() => 0);
        const pick = <T>(of: readonly T[]): T | undefined => of[Number(numbers.next().value) % of.length];
        const set = (index: number, by: number): void => load.set(index + 1, (out[index] = (out[index] ?? 0) + by));
        for (let step = 0; step < 40; step += 1) {
          const index = Number(numbers.next().value) % members.length;
          if (Number(numbers.next().value) % 3 > 0) {
            if (load.agentsFor(group(index + 1)) > (out[index] ?? 0)) set(index, 1);
            continue;
          }
          // answered: any of the group's agents who is free may be the one who has been ready longest
          if (out[index] === 0) continue;
          const agent = pick((members[index] ?? []).filter((agentId) => !held.has(agentId)));
          if (agent === undefined) throw new Error('a call without an agent');
          held.add(agent);
          set(index, -1);
        }
      }),
    );
  });
});

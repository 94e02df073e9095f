import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Chain, RecordData } from '../../src/record/chain.js';
import type { Ending } from '../../src/record/hand-out.js';
import { applyTreatment, type ToTreat, type Treatment } from '../../src/record/treatments.js';
import { chainOf } from './support.js';

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const BUSY = 6;

const CYCLE: Treatment = { dbid: 601, callResult: BUSY, action: 'Cycle', attempts: 3, intervalMs: 30 * MINUTE, incrementMs: 10 * MINUTE };
const rule = (dbid: number, action: Treatment['action'], over: object = {}): Treatment => ({ dbid, callResult: BUSY, action, ...over }) as Treatment;
const written = { callResult: BUSY, attempts: 0, calledAt: NOW, customFields: {} };

function chain(record: Partial<RecordData> = {}, others: readonly number[] = []): Chain {
  const { records: [first], ...rest } = chainOf(1, record);
  return { ...rest, records: [first, ...others.map((chainN) => ({ ...first, recordId: 100 + chainN, chainN }))] };
}

const treat = (treatments: readonly Treatment[], record: Partial<RecordData> = {}, over: Partial<ToTreat> = {}): Ending =>
  applyTreatment({ treatments, chain: chain(record), written, nowMs: NOW, zone: 'Etc/UTC', ...over });

const FINAL = { kind: 'final', status: 3, ...written };
const redial = (over: object) => ({ kind: 'later', recordType: 3, retry: true, ...written, ...over });

/** The record after an ending that puts it off. */
function after(record: Partial<RecordData>, ending: Ending): Partial<RecordData> {
  if (ending.kind !== 'later') throw new Error(`it was not put off, but ${ending.kind}`);
  return { ...record, recordType: ending.recordType, treatments: ending.treatments };
}

describe('treatments of a call result', () => {
  it('none: final, Updated', () => {
    expect(treat([])).to.deep.equal(FINAL);
    expect(treat([{ ...CYCLE, callResult: 7 }]), 'of another result').to.deep.equal(FINAL);
  });

  it('Cycle: up to its attempts, each after its interval and one increment more', () => {
    let record: Partial<RecordData> = { chainN: 4 };
    const due: number[] = [];
    for (const k of [1, 2, 3]) {
      const ending = treat([CYCLE], record);
      expect(ending).to.deep.include({ kind: 'later', recordType: 3, treatments: `601@${k}@4@1`, retry: true });
      if (ending.kind === 'later') due.push(ending.dueAtSeconds - NOW / 1000);
      record = after(record, ending);
    }
    expect(due).to.deep.equal([1800, 2400, 3000]);
    expect(treat([CYCLE], record)).to.deep.equal(FINAL);
  });

  it('reads its field back for rescheduled records and callbacks only, and only where it is of this record and result', () => {
    const used = '601@3@0@1';
    for (const recordType of [3, 4, 5, 6]) expect(treat([CYCLE], { recordType, treatments: used }), `type ${recordType}`).to.deep.equal(FINAL);
    for (const [what, record] of Object.entries({
      'a general record': { recordType: 2, treatments: used },
      'another place of the chain': { recordType: 3, treatments: '601@3@1@1' },
      'another treatment': { recordType: 3, treatments: '602@3@0@1' },
      'a sequence that is not there': { recordType: 3, treatments: '601@3@0@2' },
      'no field': { recordType: 3, treatments: null },
      'rubbish': { recordType: 3, treatments: '601@x' },
    })) {
      expect(treat([CYCLE], record), what).to.deep.include({ kind: 'later', treatments: '601@1@0@1' });
    }
  });

  it('goes on to the next treatment of the result when one is used up, by its place in the list', () => {
    const sequence = [{ ...CYCLE, attempts: 1 }, rule(7, 'RetryIn', { callResult: 9, intervalMs: 1 }), rule(602, 'RetryIn', { intervalMs: MINUTE }), rule(603, 'MarkAsAgentError')];
    const first = treat(sequence);
    const second = treat(sequence, after({}, first));
    expect(second).to.deep.equal(redial({ dueAtSeconds: NOW / 1000 + 60, treatments: '602@1@0@2' }));
    expect(treat(sequence, after({}, second))).to.deep.equal({ ...FINAL, status: 6 });
  });

  it('RetryIn: once, on the same day of the record', () => {
    const retry = rule(602, 'RetryIn', { intervalMs: 30 * MINUTE });
    const late = Date.UTC(2026, 10, 22, 23, 45);
    expect(treat([retry])).to.deep.include({ kind: 'later', dueAtSeconds: NOW / 1000 + 1800 });
    expect(treat([retry], {}, { nowMs: late })).to.deep.equal(FINAL);
    expect(treat([retry], {}, { nowMs: late, zone: 'America/New_York' })).to.deep.include({ kind: 'later' });
  });

  it('RetryAtDate: at that time in the record\'s zone, unless it is past', () => {
    const at = rule(602, 'RetryAtDate', { localMs: Date.UTC(2026, 10, 22, 13) });
    expect(treat([at])).to.deep.equal(redial({ dueAtSeconds: Date.UTC(2026, 10, 22, 13) / 1000, treatments: '602@1@0@1' }));
    expect(treat([at], {}, { zone: 'America/New_York' })).to.deep.include({ dueAtSeconds: Date.UTC(2026, 10, 22, 18) / 1000 });
    expect(treat([at], {}, { zone: 'Europe/Berlin' }), '12:00 UTC is 13:00 there').to.deep.equal(FINAL);
  });

  it('NextInChain, NextInChainAfter: the next, at once or later; without one the next treatment', () => {
    const more = { chain: chain({}, [3, 2]) };
    expect(treat([rule(602, 'NextInChain')], {}, more)).to.deep.equal({ kind: 'next', status: 3, dueAtSeconds: null, ...written });
    expect(treat([rule(602, 'NextInChainAfter', { intervalMs: MINUTE })], {}, more)).to.deep.equal({ kind: 'next', status: 3, dueAtSeconds: NOW / 1000 + 60, ...written });
    expect(treat([rule(602, 'NextInChain'), CYCLE])).to.deep.include({ kind: 'later', treatments: '601@1@0@2' });
    expect(treat([rule(602, 'NextInChainAfter', { intervalMs: MINUTE })])).to.deep.equal(FINAL);
  });

  it('MarkAllChain, MarkAsAgentError', () => {
    expect(treat([rule(602, 'MarkAllChain')])).to.deep.equal({ ...FINAL, marksChain: true });
    expect(treat([rule(602, 'MarkAsAgentError')])).to.deep.equal({ ...FINAL, status: 6 });
  });

  it('AssignToGroup: a callback for the group, once', () => {
    const assign = rule(602, 'AssignToGroup');
    const ending = treat([assign], { recordType: 5, agentId: '1001' });
    expect(ending).to.deep.equal(redial({ recordType: 6, dueAtSeconds: NOW / 1000, treatments: '602@1@0@1' }));
    expect(treat([assign], after({}, ending))).to.deep.equal(FINAL);
  });

  it('a redial is personal where it is asked for, or was', () => {
    expect(treat([CYCLE], {}, { personal: true })).to.deep.include({ recordType: 4 });
    for (const [recordType, redialed] of [[2, 3], [3, 3], [4, 4], [5, 4], [6, 3]]) {
      expect(treat([CYCLE], { recordType: recordType! }), `type ${recordType}`).to.deep.include({ recordType: redialed });
    }
  });

  it('never redials without end, whatever the treatments', () => {
    const any = fc.record({
      dbid: fc.integer({ min: 1, max: 4 }), callResult: fc.constant(BUSY),
      action: fc.constantFrom('Cycle', 'RetryIn', 'RetryAtDate', 'AssignToGroup', 'NextInChain'),
      attempts: fc.integer({ min: 1, max: 4 }), intervalMs: fc.integer({ min: 1, max: 1000 }), incrementMs: fc.nat(1000), localMs: fc.constant(NOW + 1),
    }) as fc.Arbitrary<Treatment>;
    fc.assert(
      fc.property(fc.uniqueArray(any, { selector: ({ dbid }) => dbid, maxLength: 4 }), (treatments) => {
        let record: Partial<RecordData> = {};
        for (let redials = 0; redials <= 16; redials += 1) {
          const ending = treat(treatments, record);
          if (ending.kind !== 'later') return true;
          record = after(record, ending);
        }
        return false;
      }),
    );
  });
});

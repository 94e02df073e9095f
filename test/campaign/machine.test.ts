import { expect } from 'chai';
import * as fc from 'fast-check';
import { DialMode } from '../../protocol/dictionary/enumerations.js';
import type { GroupState, GroupStatus, Load } from '../../src/campaign/group-state.js';
import { decide, type Decision, type GroupInput, type GroupRules, type MachineRequest } from '../../src/campaign/machine.js';

const NOW = 1_000_000;
const DEADLINE = NOW + 5000;
const RULES: GroupRules = { dialMode: DialMode.Preview, autoComplete: false, unloadTimeoutMs: 60_000 };

const LOAD: Load = {
  session: 'session-1',
  lastNumber: 4,
  autoCompletion: { on: true, by: 'a test', at: 1 },
  dialMode: DialMode.Preview,
  keptMode: DialMode.NoDialMode,
  optimizeBy: 0,
  optimizeGoal: null,
};

const STATES: Readonly<Record<GroupStatus, GroupState>> = {
  NotLoaded: { status: 'NotLoaded' },
  Active: { status: 'Active', load: LOAD },
  Running: { status: 'Running', load: LOAD },
  WaitingUnload: { status: 'WaitingUnload', load: LOAD, deadlineMs: DEADLINE },
};
const STATUSES = ['NotLoaded', 'Active', 'Running', 'WaitingUnload'] as const;

function asked(request: Omit<MachineRequest, 'by'>, recordsOut = 0): GroupInput {
  return { kind: 'request', request: { ...request, by: 'Ada' }, newSession: 'session-2', recordsOut };
}

/** A decision in one word: the refusal's code, `-` for nothing, or the next state and the events, `!` where forced. */
function inWords(decision: Decision): string {
  if (decision.kind === 'refused') return decision.refusal.code;
  if (decision.kind === 'unchanged') return '-';
  return `${decision.state.status}: ${decision.events.map(({ kind, forced }) => kind + (forced ? '!' : '')).join(' ')}`.trim();
}

type Row = readonly [what: string, input: GroupInput, notLoaded: string, active: string, running: string, waitingUnload: string, nowMs?: number];

const LOADED = ['CampaignAlreadyLoaded', 'CampaignAlreadyLoaded', 'CampaignAlreadyLoaded'] as const;

/** engine.md, "Campaign group", and what a group does by itself. */
const TABLE: readonly Row[] = [
  ['Load', asked({ kind: 'Load' }), 'Active: Loaded', ...LOADED],
  ['Load with everything in it', asked({ kind: 'Load', dialMode: 1, autoCompletion: true }, 3), 'Active: Loaded', ...LOADED],

  ['StartDialing', asked({ kind: 'StartDialing' }), 'CampaignNotLoaded', 'Running: Started', 'CampaignAlreadyStarted', 'CampaignNotLoaded'],
  ['StartDialing, NoDialMode', asked({ kind: 'StartDialing', dialMode: 0 }), 'CampaignNotLoaded', 'Running: Started', 'CampaignAlreadyStarted', 'CampaignNotLoaded'],
  ['StartDialing, Preview', asked({ kind: 'StartDialing', dialMode: 3 }), 'CampaignNotLoaded', 'Running: Started', 'CampaignAlreadyStarted', 'CampaignNotLoaded'],
  ['StartDialing, a mode we cannot do', asked({ kind: 'StartDialing', dialMode: 1 }), 'CampaignNotLoaded', 'InvalidCampaignMode', 'CampaignAlreadyStarted', 'CampaignNotLoaded'],
  ['StartDialing, no mode at all', asked({ kind: 'StartDialing', dialMode: 99 }), 'CampaignNotLoaded', 'InvalidCampaignMode', 'CampaignAlreadyStarted', 'CampaignNotLoaded'],
  ['StartDialing, below every mode', asked({ kind: 'StartDialing', dialMode: -1 }), 'CampaignNotLoaded', 'InvalidCampaignMode', 'CampaignAlreadyStarted', 'CampaignNotLoaded'],

  ['SetDialingMode', asked({ kind: 'SetDialingMode' }), 'CampaignNotLoaded', 'Active: ModeChanged', 'Running: ModeChanged', 'CampaignNotStarted'],
  ['SetDialingMode, NoDialMode', asked({ kind: 'SetDialingMode', dialMode: 0 }), 'CampaignNotLoaded', 'Active: ModeChanged', 'Running: ModeChanged', 'CampaignNotStarted'],
  ['SetDialingMode, the mode it has', asked({ kind: 'SetDialingMode', dialMode: 3 }), 'CampaignNotLoaded', 'Active: ModeChanged', 'Running: ModeChanged', 'CampaignNotStarted'],
  ['SetDialingMode, another mode', asked({ kind: 'SetDialingMode', dialMode: 2 }), 'CampaignNotLoaded', 'InvalidCampaignMode', 'InvalidCampaignMode', 'CampaignNotStarted'],
  ['SetDialingMode, no mode at all', asked({ kind: 'SetDialingMode', dialMode: 12 }), 'CampaignNotLoaded', 'InvalidCampaignMode', 'InvalidCampaignMode', 'CampaignNotStarted'],

  ['StopDialing', asked({ kind: 'StopDialing' }), 'CampaignNotLoaded', 'CampaignNotStarted', 'Active: Stopped', 'CampaignNotStarted'],
  ['StopDialing, records out', asked({ kind: 'StopDialing' }, 2), 'CampaignNotLoaded', 'CampaignNotStarted', 'Active: Stopped', 'CampaignNotStarted'],

  ['Unload', asked({ kind: 'Unload' }), 'CampaignNotLoaded', 'NotLoaded: Unloaded', 'CampaignAlreadyStarted', 'NotLoaded: Unloaded'],
  ['Unload, records out', asked({ kind: 'Unload' }, 1), 'CampaignNotLoaded', 'WaitingUnload: WaitingUnload', 'CampaignAlreadyStarted', 'WaitingUnload:'],
  ['Complete', asked({ kind: 'Complete' }), 'CampaignNotLoaded', 'NotLoaded: Unloaded', 'NotLoaded: Stopped Unloaded', 'NotLoaded: Unloaded'],
  ['Complete, records out', asked({ kind: 'Complete' }, 1), 'CampaignNotLoaded', 'WaitingUnload: WaitingUnload', 'WaitingUnload: Stopped WaitingUnload', 'WaitingUnload:'],
  ['ForceUnload', asked({ kind: 'ForceUnload' }), 'CampaignNotLoaded', 'NotLoaded: Unloaded!', 'NotLoaded: Stopped Unloaded!', 'NotLoaded: Unloaded!'],
  ['ForceUnload, records out', asked({ kind: 'ForceUnload' }, 5), 'CampaignNotLoaded', 'NotLoaded: Unloaded!', 'NotLoaded: Stopped Unloaded!', 'NotLoaded: Unloaded!'],

  ['GetCampaignStatus', asked({ kind: 'GetCampaignStatus' }), '-', '-', '-', '-'],
  ['GetCampaignStatus with a flag', asked({ kind: 'GetCampaignStatus', autoCompletion: false }), '-', '-', '-', '-'],

  ['depleted', { kind: 'depleted' }, '-', '-', 'NotLoaded: Stopped Unloaded', '-'],
  ['nothing out', { kind: 'nothingOut' }, '-', '-', '-', 'NotLoaded: Unloaded'],
  ['unload time-out, too early', { kind: 'unloadTimeout' }, '-', '-', '-', '-', DEADLINE - 1],
  ['unload time-out', { kind: 'unloadTimeout' }, '-', '-', '-', 'NotLoaded: Unloaded!', DEADLINE],
  ['removed from the configuration', { kind: 'removedFromConfiguration' }, '-', 'NotLoaded: Unloaded!', 'NotLoaded: Stopped Unloaded!', 'NotLoaded: Unloaded!'],
];

function changed(decision: Decision): Extract<Decision, { kind: 'changed' }> {
  if (decision.kind !== 'changed') throw new Error(`nothing changed: ${inWords(decision)}`);
  return decision;
}

function loadOf(state: GroupState): Load {
  if (state.status === 'NotLoaded') throw new Error('nothing is loaded');
  return state.load;
}

/** Decides one request after the other; each has to change something. */
function through(from: GroupState, ...requests: Omit<MachineRequest, 'by'>[]): GroupState {
  return requests.reduce((state, request) => changed(decide(state, asked(request), NOW, RULES)).state, from);
}

describe('a campaign group', () => {
  for (const [what, input, ...rest] of TABLE) {
    it(what, () => {
      const [nowMs] = rest.slice(4) as [number?];
      const found = STATUSES.map((status) => inWords(decide(STATES[status], input, nowMs ?? NOW, RULES)));
      expect(found).to.deep.equal(rest.slice(0, 4));
    });
  }

  it('does nothing by itself about depletion while the flag is off', () => {
    const load: Load = { ...LOAD, autoCompletion: { on: false, by: 'a test', at: 1 } };
    expect(inWords(decide({ status: 'Running', load }, { kind: 'depleted' }, NOW, RULES))).to.equal('-');
  });

  it('waits for an unload until unloadTimeout is over, however often it is asked', () => {
    const waiting = changed(decide(STATES.Active, asked({ kind: 'Unload' }, 1), NOW, RULES)).state;
    expect(waiting).to.include({ status: 'WaitingUnload', deadlineMs: NOW + RULES.unloadTimeoutMs });
    const again = changed(decide(waiting, asked({ kind: 'Complete' }, 1), NOW + 100, RULES)).state;
    expect(again).to.include({ deadlineMs: NOW + RULES.unloadTimeoutMs });
  });

  it('shows in every event where the group stands behind it', () => {
    const { events } = changed(decide(STATES.Running, { kind: 'depleted' }, NOW, RULES));
    expect(events.map(({ kind, status, dialMode }) => ({ kind, status, dialMode }))).to.deep.equal([
      { kind: 'Stopped', status: 'Active', dialMode: DialMode.Preview },
      { kind: 'Unloaded', status: 'NotLoaded', dialMode: DialMode.Preview },
    ]);
    const complete = changed(decide(STATES.Running, asked({ kind: 'Complete' }, 1), NOW, RULES));
    expect(complete.events.map(({ kind, status }) => `${kind} ${status}`)).to.deep.equal(['Stopped Active', 'WaitingUnload WaitingUnload']);
  });

  it('begins a session with a Load, and everything with it', () => {
    const { state, events } = changed(decide(STATES.NotLoaded, asked({ kind: 'Load' }), NOW, RULES));
    expect(loadOf(state)).to.deep.equal({
      session: 'session-2',
      lastNumber: 1,
      autoCompletion: { on: false, by: 'the option autoComplete', at: NOW },
      dialMode: 0,
      keptMode: 0,
      optimizeBy: 0,
      optimizeGoal: null,
    });
    expect(events).to.deep.equal([
      { kind: 'Loaded', number: 1, status: 'Active', dialMode: 0, optimizeBy: 0, optimizeGoal: null, forced: false },
    ]);
  });

  it('numbers what clients are told of by one, without a gap, whatever happens', () => {
    const inputs = TABLE.map(([, input]) => input);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...inputs), { maxLength: 40 }), (happened) => {
        let state: GroupState = STATES.NotLoaded;
        let last = 0;
        happened.forEach((input, index) => {
          const numbered = input.kind === 'request' ? { ...input, newSession: `session-${index}` } : input;
          const decision = decide(state, numbered, NOW + index, RULES);
          if (decision.kind !== 'changed') return;
          for (const event of decision.events) {
            if (event.kind === 'Loaded') last = 0;
            if (event.kind !== 'WaitingUnload') last += 1;
            expect(event.number).to.equal(event.kind === 'WaitingUnload' ? null : last);
          }
          if (decision.state.status !== 'NotLoaded') expect(decision.state.load.lastNumber).to.equal(last);
          if (decision.state.status !== 'NotLoaded' && state.status !== 'NotLoaded') {
            expect(decision.state.load.session).to.equal(state.load.session);
          }
          state = decision.state;
        });
      }),
    );
  });
});

const flag = (state: GroupState): boolean => loadOf(state).autoCompletion.on;

function flagOfLoad(autoCompletion: boolean | undefined, option: boolean): boolean {
  const request = { kind: 'Load' as const, ...(autoCompletion !== undefined && { autoCompletion }) };
  return flag(changed(decide(STATES.NotLoaded, asked(request), NOW, { ...RULES, autoComplete: option })).state);
}

describe('GSW_AUTO_COMPLETION of a group', () => {
  it('starts at a Load as the request says, else as the option says', () => {
    expect(flagOfLoad(undefined, false)).to.equal(false);
    expect(flagOfLoad(undefined, true)).to.equal(true);
    expect(flagOfLoad(true, false)).to.equal(true);
    expect(flagOfLoad(false, true)).to.equal(false);
  });

  it('stays as it is where a request does not say', () => {
    const on = through(STATES.NotLoaded, { kind: 'Load', autoCompletion: true });
    expect(flag(through(on, { kind: 'StartDialing' }, { kind: 'SetDialingMode' }, { kind: 'StopDialing' }, { kind: 'StartDialing' }))).to.equal(true);
  });

  it('is set by StartDialing and SetDialingMode, and it is known by whom and when', () => {
    const off = through(STATES.NotLoaded, { kind: 'Load' });
    const started = through(off, { kind: 'StartDialing', autoCompletion: true });
    expect(loadOf(started).autoCompletion).to.deep.equal({ on: true, by: 'Ada', at: NOW });
    expect(flag(through(started, { kind: 'SetDialingMode', autoCompletion: false }))).to.equal(false);
    expect(flag(through(off, { kind: 'SetDialingMode', autoCompletion: true }))).to.equal(true);
  });

  it('ends with the unload', () => {
    const on = through(STATES.NotLoaded, { kind: 'Load', autoCompletion: true });
    expect(flag(through(on, { kind: 'Unload' }, { kind: 'Load' }))).to.equal(false);
  });

  it('is not touched by a request that is refused, or that does not take it', () => {
    const refused = decide(STATES.Active, asked({ kind: 'StartDialing', dialMode: 1, autoCompletion: false }), NOW, RULES);
    expect(refused).to.not.have.property('state');
    const stopped = through(STATES.Running, { kind: 'StopDialing', autoCompletion: false });
    expect(flag(stopped)).to.equal(true);
  });
});

describe('the mode of a group', () => {
  const active = through(STATES.NotLoaded, { kind: 'Load' });

  it('is the request\'s, else the one that was kept, else the configured one', () => {
    const kept: GroupState = { status: 'Active', load: { ...loadOf(active), keptMode: DialMode.Preview } };
    const mode = (state: GroupState, dialMode: number | undefined, configured: number): string => {
      const decision = decide(state, asked({ kind: 'StartDialing', ...(dialMode !== undefined && { dialMode }) }), NOW, { ...RULES, dialMode: configured });
      return decision.kind === 'changed' ? String(loadOf(decision.state).dialMode) : inWords(decision);
    };
    expect(mode(active, undefined, DialMode.Preview)).to.equal('3');
    expect(mode(active, undefined, DialMode.Predict), 'a configured mode that we cannot do').to.equal('InvalidCampaignMode');
    expect(mode(kept, undefined, DialMode.Predict), 'the kept one goes before it').to.equal('3');
    expect(mode(kept, DialMode.Predict, DialMode.Preview), 'what is asked goes before both').to.equal('InvalidCampaignMode');
  });

  it('that SetDialingMode sets is told in its event and kept for the next start', () => {
    const { state, events } = changed(decide(active, asked({ kind: 'SetDialingMode', dialMode: DialMode.Preview }), NOW, RULES));
    expect(events[0]?.dialMode).to.equal(DialMode.Preview);
    expect(loadOf(state)).to.include({ keptMode: DialMode.Preview, dialMode: 0 });
  });

  it('of events is 0 before the first start, and the last one after a stop', () => {
    expect(changed(decide(active, asked({ kind: 'Unload' }), NOW, RULES)).events[0]?.dialMode).to.equal(0);
    const stopped = through(active, { kind: 'StartDialing' }, { kind: 'StopDialing' });
    expect(changed(decide(stopped, asked({ kind: 'Unload' }), NOW, RULES)).events[0]?.dialMode).to.equal(DialMode.Preview);
  });

  it('comes with an optimisation that stays until another is set; None leaves it', () => {
    const tuned = through(active, { kind: 'StartDialing', optimizeBy: 2, optimizeGoal: 5 });
    expect(loadOf(tuned)).to.include({ optimizeBy: 2, optimizeGoal: 5 });
    expect(loadOf(through(tuned, { kind: 'SetDialingMode', optimizeBy: 0 }))).to.include({ optimizeBy: 2, optimizeGoal: 5 });
    expect(loadOf(through(tuned, { kind: 'SetDialingMode', optimizeBy: 1, optimizeGoal: 0 }))).to.include({ optimizeBy: 1, optimizeGoal: 0 });
  });
});

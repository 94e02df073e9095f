import { DialMode } from '../../protocol/dictionary/enumerations.js';
import { mayChangeWhileRunning } from './dial-mode.js';
import type { GroupEvent, GroupEventKind, GroupState, Load } from './group-state.js';
import type { CampaignRequestKind, Refusal } from './requests.js';

/** The options of a campaign group that its machine needs. */
export interface GroupRules {
  readonly dialMode: number;
  readonly autoComplete: boolean;
  readonly unloadTimeoutMs: number;
  /** The dial modes that the group can run in. */
  readonly modes: ReadonlySet<number>;
}

/** A request whose form, flag and ids have been checked. */
export interface MachineRequest {
  readonly kind: CampaignRequestKind;
  readonly dialMode?: number;
  readonly optimizeBy?: number;
  readonly optimizeGoal?: number;
  readonly autoCompletion?: boolean;
  readonly by: string;
}

/** What a group's machine is told. `recordsOut` are records that are not final and not in the buffer. */
export type GroupInput =
  | { readonly kind: 'request'; readonly request: MachineRequest; readonly newSession: string; readonly recordsOut: number }
  | { readonly kind: 'depleted' }
  | { readonly kind: 'nothingOut' }
  | { readonly kind: 'unloadTimeout' }
  | { readonly kind: 'removedFromConfiguration' };

/** What comes of it. `changed` with no events is a change nobody is told of. */
export type Decision =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed'; readonly state: GroupState; readonly events: readonly GroupEvent[] };

const refuse = (code: Refusal['code'], message: string): Decision => ({ kind: 'refused', refusal: { code, message } });
const UNCHANGED: Decision = { kind: 'unchanged' };

/**
 * The table of engine.md, "Campaign group": the state of a group and an input give the next state and
 * its events, or the refusal. Pure; the caller commits both in one transaction before anyone hears of it.
 */
export function decide(state: GroupState, input: GroupInput, nowMs: number, rules: GroupRules): Decision {
  switch (input.kind) {
    case 'request':
      return decideRequest(state, input, nowMs, rules);
    case 'depleted':
      if (state.status !== 'Running' || !state.load.autoCompletion.on) return UNCHANGED;
      return unload(state.load, ['Stopped'], false);
    case 'nothingOut':
      return state.status === 'WaitingUnload' ? unload(state.load, [], false) : UNCHANGED;
    case 'unloadTimeout':
      if (state.status !== 'WaitingUnload' || nowMs < state.deadlineMs) return UNCHANGED;
      return unload(state.load, [], true);
    case 'removedFromConfiguration':
      if (state.status === 'NotLoaded') return UNCHANGED;
      return unload(state.load, state.status === 'Running' ? ['Stopped'] : [], true);
  }
}

type RequestInput = Extract<GroupInput, { kind: 'request' }>;

function decideRequest(state: GroupState, input: RequestInput, nowMs: number, rules: GroupRules): Decision {
  const { request, recordsOut } = input;
  if (request.kind === 'GetCampaignStatus') return UNCHANGED;
  if (request.kind === 'Load') {
    if (state.status !== 'NotLoaded') return refuse('CampaignAlreadyLoaded', `the campaign group is ${state.status}`);
    return loadGroup(input, nowMs, rules);
  }
  if (state.status === 'NotLoaded') return refuse('CampaignNotLoaded', 'the campaign group is not loaded');
  const deadlineMs = nowMs + rules.unloadTimeoutMs;
  switch (request.kind) {
    case 'StartDialing':
      if (state.status === 'Running') return refuse('CampaignAlreadyStarted', 'the campaign group is dialing');
      if (state.status === 'WaitingUnload') return refuse('CampaignNotLoaded', 'the campaign group is being unloaded');
      return startDialing(state.load, request, nowMs, rules);
    case 'SetDialingMode':
      if (state.status === 'WaitingUnload') return refuse('CampaignNotStarted', 'the campaign group is being unloaded');
      return setDialingMode(state, request, nowMs, rules);
    case 'StopDialing': {
      if (state.status !== 'Running') return refuse('CampaignNotStarted', 'the campaign group is not dialing');
      const next = journaled(state.load, [{ kind: 'Stopped', status: 'Active' }]);
      return { kind: 'changed', state: { status: 'Active', load: next.load }, events: next.events };
    }
    case 'Unload':
      if (state.status === 'Running') return refuse('CampaignAlreadyStarted', 'the campaign group is dialing; stop it first');
      return unloadWhenDone(state, recordsOut, deadlineMs);
    case 'Complete':
      return unloadWhenDone(state, recordsOut, deadlineMs);
    case 'ForceUnload':
      return unload(state.load, state.status === 'Running' ? ['Stopped'] : [], true);
  }
}

function loadGroup({ request, newSession }: RequestInput, nowMs: number, rules: GroupRules): Decision {
  const autoCompletion =
    request.autoCompletion === undefined
      ? { on: rules.autoComplete, by: 'the option autoComplete', at: nowMs }
      : { on: request.autoCompletion, by: request.by, at: nowMs };
  const empty: Load = {
    session: newSession,
    lastNumber: 0,
    autoCompletion,
    dialMode: DialMode.NoDialMode,
    keptMode: DialMode.NoDialMode,
    optimizeBy: 0,
    optimizeGoal: null,
  };
  const { load, events } = journaled(empty, [{ kind: 'Loaded', status: 'Active' }]);
  return { kind: 'changed', state: { status: 'Active', load }, events };
}

function startDialing(load: Load, request: MachineRequest, nowMs: number, rules: GroupRules): Decision {
  const wanted = request.dialMode || load.keptMode || rules.dialMode;
  if (!rules.modes.has(wanted)) return refuse('InvalidCampaignMode', `this deployment cannot dial in mode ${wanted}`);
  const tuned: Load = { ...withProperties(load, request, nowMs), dialMode: wanted };
  const next = journaled(tuned, [{ kind: 'Started', status: 'Running' }]);
  return { kind: 'changed', state: { status: 'Running', load: next.load }, events: next.events };
}

function setDialingMode(state: Extract<GroupState, { status: 'Active' | 'Running' }>, request: MachineRequest, nowMs: number, rules: GroupRules): Decision {
  const { load } = state;
  const wanted = request.dialMode ?? DialMode.NoDialMode;
  const tuned = withProperties(load, request, nowMs);
  if (state.status === 'Running') {
    if (!mayChangeWhileRunning(load.dialMode, wanted, rules.modes)) {
      return refuse('InvalidCampaignMode', `a group that dials in mode ${load.dialMode} cannot change to mode ${wanted}; stop it first`);
    }
    const changed: Load = rules.modes.has(wanted) ? { ...tuned, dialMode: wanted } : tuned;
    const next = journaled(changed, [{ kind: 'ModeChanged', status: 'Running' }]);
    return { kind: 'changed', state: { status: 'Running', load: next.load }, events: next.events };
  }
  if (wanted !== DialMode.NoDialMode && !rules.modes.has(wanted)) {
    return refuse('InvalidCampaignMode', `this deployment cannot dial in mode ${wanted}`);
  }
  const kept: Load = rules.modes.has(wanted) ? { ...tuned, keptMode: wanted } : tuned;
  const next = journaled(kept, [{ kind: 'ModeChanged', status: 'Active', dialMode: kept.keptMode || kept.dialMode }]);
  return { kind: 'changed', state: { status: 'Active', load: next.load }, events: next.events };
}

/** Unload and Complete: at once where nothing is out, else when what is out has come back. */
function unloadWhenDone(state: Exclude<GroupState, { status: 'NotLoaded' }>, recordsOut: number, deadlineMs: number): Decision {
  const stop: GroupEventKind[] = state.status === 'Running' ? ['Stopped'] : [];
  if (recordsOut === 0) return unload(state.load, stop, false);
  if (state.status === 'WaitingUnload') return { kind: 'changed', state, events: [] };
  const next = journaled(state.load, [
    ...stop.map((kind) => ({ kind, status: 'Active' as const })),
    { kind: 'WaitingUnload', status: 'WaitingUnload' },
  ]);
  return { kind: 'changed', state: { status: 'WaitingUnload', load: next.load, deadlineMs }, events: next.events };
}

function unload(load: Load, before: readonly GroupEventKind[], forced: boolean): Decision {
  const { events } = journaled(load, [
    ...before.map((kind) => ({ kind, status: 'Active' as const })),
    { kind: 'Unloaded', status: 'NotLoaded', forced },
  ]);
  return { kind: 'changed', state: { status: 'NotLoaded' }, events };
}

function withProperties(load: Load, request: MachineRequest, nowMs: number): Load {
  return {
    ...load,
    autoCompletion:
      request.autoCompletion === undefined ? load.autoCompletion : { on: request.autoCompletion, by: request.by, at: nowMs },
    // 0 (None) means "as it is", as the published "value not changed" has it
    optimizeBy: request.optimizeBy || load.optimizeBy,
    optimizeGoal: request.optimizeGoal ?? load.optimizeGoal,
  };
}

type Unnumbered = Pick<GroupEvent, 'kind' | 'status'> & Partial<GroupEvent>;

/** Numbers the events behind those the session has had. */
function journaled(load: Load, happened: readonly Unnumbered[]): { load: Load; events: GroupEvent[] } {
  let number = load.lastNumber;
  const events = happened.map((event): GroupEvent => {
    if (event.kind !== 'WaitingUnload') number += 1;
    return {
      dialMode: load.dialMode,
      optimizeBy: load.optimizeBy,
      optimizeGoal: load.optimizeGoal,
      forced: false,
      ...event,
      number: event.kind === 'WaitingUnload' ? null : number,
    };
  });
  return { load: { ...load, lastNumber: number }, events };
}

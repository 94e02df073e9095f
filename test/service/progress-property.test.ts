import { expect } from 'chai';
import * as fc from 'fast-check';
import { CallResult, RecordStatus } from '../../protocol/dictionary/enumerations.js';
import type { CallAttempt } from '../../src/dialer/dialer.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { FakeDialer } from '../support/fake-dialer.js';
import type { CommitFault } from './faulty-client.js';
import { addRecords, AUTUMN, type Change, dialing, emptyStore, Engine, final, SPRING } from './support.js';

const RECORDS = 5;
const AGENTS = ['1001', '1002'] as const;
const GROUPS = [SPRING, AUTUMN] as const;
const MINUTE = 60_000;

/** Both groups call the same list with the same agents; a Busy number is called again after a minute, twice. */
const change: Change = (config) => {
  dialing(config);
  config.campaigns[1] = { dbid: 102, name: 'Autumn', lists: [{ list: 'Spring' }] };
  config['treatments'] = [{ dbid: 601, name: 'Again', callResult: 'Busy', action: 'Cycle', attempts: 2, interval: '1m' }];
  config.callingLists[0]!['treatments'] = [601];
};

interface Call {
  readonly phone: string;
  state: 'ringing' | 'answered' | 'connected' | 'established';
  dn?: string;
}

/** A switch of which each call is known: it tells nothing that cannot happen. */
class Switch extends FakeDialer {
  readonly calls: Map<number, Call>;
  readonly faults: string[] = [];

  constructor(earlier: ReadonlyMap<number, Call> = new Map()) {
    super();
    this.calls = new Map(earlier);
    this.up = new Set(earlier.keys());
  }

  override place(attempt: CallAttempt): void {
    super.place(attempt);
    if ([...this.calls.values()].some(({ phone }) => phone === attempt.phone)) this.faults.push(`${attempt.phone} is called twice at once`);
    this.calls.set(attempt.id, { phone: attempt.phone, state: 'ringing' });
  }

  override connect(attemptId: number, dn: string): void {
    super.connect(attemptId, dn);
    const call = this.calls.get(attemptId);
    if (call?.state !== 'answered') this.faults.push(`a call that is ${call?.state ?? 'over'} is connected`);
    if (call === undefined) return;
    if ([...this.calls.values()].some((other) => other.dn === dn)) this.faults.push(`${dn} has two calls`);
    Object.assign(call, { state: 'connected', dn });
  }

  override cancel(attemptId: number): void {
    super.cancel(attemptId);
    this.calls.delete(attemptId);
  }

  /** What can happen next to one of its calls. */
  next(attemptId: number, isLucky: boolean): void {
    const call = this.calls.get(attemptId);
    switch (call?.state) {
      case undefined:
        return;
      case 'ringing':
        if (isLucky) call.state = 'answered';
        else this.calls.delete(attemptId);
        return this.tell(isLucky ? 'answered' : { failed: CallResult.Busy }, attemptId);
      case 'connected':
        call.state = 'established';
        return this.tell('established', attemptId);
      case 'answered':
      case 'established':
        this.calls.delete(attemptId);
        this.tell('released', attemptId);
    }
  }
}

type Step =
  | { readonly kind: 'call'; readonly which: number; readonly isLucky: boolean }
  | { readonly kind: 'agent'; readonly agentId: string; readonly does: 'login' | 'logout' | 'lose' | 'ready' | 'notReady' | 'end' }
  | { readonly kind: 'fault'; readonly fault: CommitFault; readonly after: number; readonly stays: boolean }
  | { readonly kind: 'group'; readonly group: number; readonly does: 'StopDialing' | 'ForceUnload' | 'start' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'back' | 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('call' as const), which: fc.nat(9), isLucky: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('agent' as const), agentId: fc.constantFrom(...AGENTS), does: fc.constantFrom('login', 'login', 'logout', 'lose', 'ready', 'ready', 'notReady', 'end', 'end', 'end') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('fault' as const), fault: fc.constantFrom('rolledBack', 'acknowledgmentLost'), after: fc.nat(2), stays: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('group' as const), group: fc.constantFrom(...GROUPS), does: fc.constantFrom('StopDialing', 'ForceUnload', 'start', 'start') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(500, 2000, 10_000, MINUTE) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('back' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

/** Two groups that dial one list, with everything that can go wrong. */
class Run {
  /** Calls of a number, over restarts. */
  readonly placed = new Map<string, number>();
  readonly wrong: string[] = [];
  #checks: Promise<void>[] = [];

  private constructor(
    private readonly store: TestStore,
    public engine: Engine,
    public dialer: Switch,
  ) {
    this.#watch();
  }

  static async start(store: TestStore): Promise<Run> {
    const dialer = new Switch();
    const engine = await Engine.start(store.client, change, undefined, () => undefined, dialer);
    const run = new Run(store, engine, dialer);
    await addRecords(store.client, Array.from({ length: RECORDS }, () => ({})));
    for (const agentId of AGENTS) await engine.login(agentId);
    for (const group of GROUPS) await engine.dial(group, 1, 'Progress');
    return run;
  }

  #watch(): void {
    this.dialer.onPlace = ({ phone }) => {
      const calls = (this.placed.get(phone) ?? 0) + 1;
      this.placed.set(phone, calls);
      this.#checks.push(this.#check(phone, calls));
    };
  }

  /** Before the call: its attempt is counted, its record is out and not final. */
  async #check(phone: string, calls: number): Promise<void> {
    const [row] = await this.engine.client.beside((sql) => sql.query<{ attempt: number; record_status: number }>('SELECT attempt, record_status FROM cl_spring WHERE contact_info = $1', [phone]));
    if (row === undefined || row.attempt < calls) this.wrong.push(`call ${calls} of ${phone} has attempt ${row?.attempt}`);
    if (row?.record_status !== RecordStatus.Retrieved) this.wrong.push(`${phone} is called with record_status ${row?.record_status}`);
  }

  /** Throws what has been seen to be wrong so far. */
  async checked(): Promise<void> {
    await Promise.all(this.#checks.splice(0));
    expect([...this.wrong, ...this.dialer.faults]).to.deep.equal([]);
  }

  async do(what: Step): Promise<void> {
    const { engine } = this;
    switch (what.kind) {
      case 'call': {
        const handles = [...this.dialer.calls.keys()];
        const handle = handles[what.which % handles.length];
        if (handle !== undefined) this.dialer.next(handle, what.isLucky);
        break;
      }
      case 'agent':
        await this.#agent(what.agentId, what.does);
        break;
      case 'fault': {
        let left = what.after;
        engine.client.onCommit = () => {
          left -= 1;
          if (left >= 0) return undefined;
          engine.client.onCommit = () => undefined;
          engine.client.away = what.stays;
          return what.fault;
        };
        break;
      }
      case 'group':
        if (what.does === 'start') await this.#startAgain(what.group);
        else await engine.request(what.does, { group: what.group });
        break;
      case 'pass':
        await engine.pass(what.ms, 5000);
        break;
      case 'back':
        engine.client.away = false;
        break;
      case 'restart':
        await this.#restart();
    }
    await this.engine.settled();
  }

  async #startAgain(group: number): Promise<void> {
    await this.engine.request('Load', { group, autoCompletion: { kind: 'integer', value: 1n } });
    await this.engine.request('StartDialing', { group, dialMode: 2 });
  }

  async #agent(agentId: string, does: Extract<Step, { kind: 'agent' }>['does']): Promise<void> {
    const { engine } = this;
    if (does === 'login') return void (await engine.login(agentId));
    const seat = engine.agents.find(agentId);
    if (seat === undefined) return;
    if (does === 'logout') await engine.gateway.agents.logout(seat).catch(() => undefined);
    else if (does === 'lose') await engine.lose(agentId);
    else if (does === 'end') for (const handle of await this.#inHand(agentId)) void engine.ending(agentId, handle, { ending: final({ attempts: 0 }) });
    else await engine.state(agentId, does);
  }

  async #inHand(agentId: string): Promise<number[]> {
    const rows = await this.store.client.query<{ handle: number }>('SELECT handle FROM ocm_hand_out WHERE agent_id = $1 AND ended_at IS NULL', [agentId]);
    return rows.map(({ handle }) => handle);
  }

  /** The process dies; the switch goes on with what rings or talks. */
  async #restart(): Promise<void> {
    const dead = this.engine;
    dead.crash();
    const before = this.dialer;
    // what the dead one asks for on its way out reaches nobody
    this.dialer = new Switch(before.calls);
    this.wrong.push(...before.faults);
    before.onPlace = () => this.wrong.push('a dead gateway places a call');
    this.#watch();
    this.engine = await Engine.start(this.store.client, change, dead.clock.now(), () => undefined, this.dialer);
    await dead.stop();
  }

  /** The store is back, everybody works, and every call comes to an end: so does every record. */
  async finish(): Promise<void> {
    const { client } = this.engine;
    client.onCommit = () => undefined;
    client.away = false;
    await this.engine.pass(10_000);
    for (let round = 0; round < 60; round += 1) {
      for (const agentId of AGENTS) await this.engine.login(agentId);
      for (const group of GROUPS) await this.#startAgain(group);
      for (const handle of this.dialer.calls.keys()) this.dialer.next(handle, round % 2 === 0);
      await this.engine.settled();
      for (const agentId of AGENTS) await this.#agent(agentId, 'end');
      await this.engine.settled();
      await this.engine.pass(10_000);
      const [left] = await this.store.client.query<{ count: number }>('SELECT count(*)::int AS count FROM cl_spring WHERE record_status IN (1, 2)', []);
      if (left?.count === 0 && this.dialer.calls.size === 0) return;
    }
    const left = await this.store.client.query('SELECT record_id, record_status, group_id, app_id FROM cl_spring WHERE record_status IN (1, 2)', []);
    expect(left, 'records that do not come to an end').to.deep.equal([]);
    expect([...this.dialer.calls.values()], 'calls that do not come to an end').to.deep.equal([]);
  }
}

describe('progress, whatever happens', () => {
  let store: TestStore;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());

  it('counts each call before it is placed, has no number called twice at once or after its end, no agent on two calls, and every record come to an end', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await emptyStore(store.client);
        const run = await Run.start(store);
        try {
          for (const what of steps) {
            await run.do(what);
            await run.checked();
          }
          await run.finish();
          await run.checked();
          const rows = await store.client.query<{ contact_info: string; attempt: number; record_status: number }>('SELECT contact_info, attempt, record_status FROM cl_spring', []);
          for (const { contact_info, attempt } of rows) expect(attempt).to.be.at.least(run.placed.get(contact_info) ?? 0);
          expect(await store.client.query('SELECT 1 FROM ocm_hand_out WHERE ended_at IS NULL', [])).to.deep.equal([]);
        } finally {
          await run.engine.stop();
        }
      }),
      { numRuns: Number(process.env['OCM_TEST_RUNS'] ?? 5) },
    );
  });
});

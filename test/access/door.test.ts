import { expect } from 'chai';
import { Door, type DoorParts, type Refused } from '../../src/access/door.js';
import type { Client } from '../../src/config/deployment.js';
import { hashPassword, parseScryptHash } from '../../src/util/scrypt-hash.js';
import { parseChanged } from '../config/support.js';
import { ManualClock } from '../support/manual-clock.js';
import { turnUntil } from '../support/test-listener.js';

const CHEAP = { N: 1024, r: 1, p: 1 };
const LIMITS = { loginFailures: 3, loginDelayMs: 1000, loginLockMs: 60_000, loginsWaiting: 500, resumeTokenLifeMs: 3_600_000 };
const HERE = '10.0.0.1';
const RESUME_KEY = Buffer.alloc(32, 1);

function doorOf(over: Partial<Pick<DoorParts['deployment'], 'clients' | 'agents'>>, limits: Partial<typeof LIMITS> = {}) {
  const { deployment } = parseChanged(() => undefined);
  const clock = new ManualClock();
  const warnings: string[] = [];
  const log = { warn: (message: string) => void warnings.push(message) };
  const door = new Door({ deployment: { ...deployment, ...over, limits: { ...deployment.limits, ...LIMITS, ...limits } }, clock, log, resumeKey: RESUME_KEY });
  return { door, clock, warnings };
}

const client = (name: string, password?: string): Client => ({ name, roles: ['monitor'], ...(password !== undefined && { password }) });
const kindOf = async (verdict: Promise<{ kind: string }>) => (await verdict).kind;

async function admitted(verdict: ReturnType<Door['client']>): Promise<ReadonlySet<string>> {
  const answer = await verdict;
  if (answer.kind !== 'admitted') throw new Error(answer.kind);
  return answer.roles;
}

function loginsOf(door: Door, entrance = 'GSW_CM'): Record<string, number> {
  return Object.fromEntries(door.logins().flatMap((login) => (login.entrance === entrance ? [[login.outcome, login.count]] : [])));
}

/** A wrong try, whose answer is waited for on the test's clock. */
async function wrongTry(door: Door, clock: ManualClock, name: string): Promise<{ readonly kind: string | undefined; readonly afterMs: number }> {
  const begun = clock.now();
  const answers: string[] = [];
  void door.client('GSW_CM', name, 'wrong', HERE).then(({ kind }) => answers.push(kind));
  await turnUntil(() => answers.length > 0 || clock.pending > 0);
  while (answers.length === 0) {
    clock.advance(100);
    await new Promise(setImmediate);
  }
  return { kind: answers[0], afterMs: clock.now() - begun };
}

describe('a password hash', () => {
  it('is as long as its file says, salted, and read back', async () => {
    const [one, two] = await Promise.all([hashPassword('é', CHEAP), hashPassword('é', CHEAP)]);
    expect(one).to.match(/^scrypt\$1024\$1\$1\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/).and.not.equal(two);
    expect(parseScryptHash(one ?? '')).to.include({ N: 1024, r: 1, p: 1 });
    expect(await hashPassword('x')).to.match(/^scrypt\$32768\$8\$1\$/);
  });

  it('is refused where it is none, or costs more than a login may', async () => {
    const hash = (await hashPassword('x', CHEAP)).split('$');
    const changed = (index: number, value: string) => hash.with(index, value).join('$');
    const WRONG = [changed(0, 'bcrypt'), changed(1, '1000'), changed(1, '512'), changed(1, '4194304'), changed(2, '0'), changed(3, '17'), changed(4, 'AAAA'), changed(5, ''), changed(5, '****'), `${hash.join('$')}$`];
    expect(WRONG.filter((text) => parseScryptHash(text) !== undefined)).to.deep.equal([]);
    expect(parseScryptHash(`scrypt$1048576$8$1$${hash[4]}$${hash[5]}`), '1 GiB').to.equal(undefined);
  });
});

describe('the door', () => {
  it('lets anybody in where no clients are configured', async () => {
    const { door } = doorOf({});
    expect(door.required).to.equal(false);
    expect([...(await admitted(door.client('GSW_CM', 'x', undefined, HERE)))]).to.have.members(['agent', 'supervisor', 'monitor']);
  });

  for (const hashed of [false, true]) {
    it(`lets in who gives the password, ${hashed ? 'of which it knows a hash' : 'which it knows'}`, async () => {
      const { door } = doorOf({ clients: [client('a', hashed ? await hashPassword('pässword', CHEAP) : 'pässword'), client('open')] });
      expect([...(await admitted(door.client('GSW_CM', 'a', 'pässword', HERE)))]).to.deep.equal(['monitor']);
      expect(await kindOf(door.client('GSW_CM', 'a', 'passwort', '10.0.0.2'))).to.equal('wrong');
      expect(await kindOf(door.client('GSW_CM', 'a', undefined, '10.0.0.3'))).to.equal('wrong');
      expect(await kindOf(door.client('GSW_CM', 'b', 'pässword', HERE))).to.equal('wrong');
      expect(await kindOf(door.client('GSW_CM', 'b', '', '10.0.0.2'))).to.equal('wrong');
      expect(await kindOf(door.client('GSW_CM', 'open', undefined, HERE))).to.equal('admitted');
      expect(await kindOf(door.client('GSW_CM', 'open', 'x', HERE))).to.equal('wrong');
      expect(loginsOf(door)).to.deep.equal({ admitted: 2, resumed: 0, wrong: 5, locked: 0, busy: 0 });
    });
  }

  it('does not take a hash for the password', async () => {
    const hash = await hashPassword('secret', CHEAP);
    const { door } = doorOf({ clients: [client('a', hash)] });
    expect(await kindOf(door.client('GSW_CM', 'a', hash, HERE))).to.equal('wrong');
  });

  it('knows clients by their tokens, and by nothing else where they have no password', async () => {
    const tokens = ['a-token-of-somebody', 'another-token-here'];
    const clients = [{ ...client('plain'), token: tokens[0] ?? '' }, { ...client('hashed', 'p'), token: await hashPassword(tokens[1] ?? '', CHEAP) }];
    const { door, clock, warnings } = doorOf({ clients });
    for (let round = 0; round < 2; round += 1) {
      const admissions = await Promise.all(tokens.map((token) => door.token('GSW_CM', token, HERE)));
      expect(admissions.map((admission) => admission.kind === 'admitted' && admission.name)).to.deep.equal(['plain', 'hashed']);
    }
    expect(await kindOf(door.client('GSW_CM', 'plain', undefined, HERE))).to.equal('wrong');
    expect(await kindOf(door.client('GSW_CM', 'plain', tokens[0], '10.0.0.2'))).to.equal('wrong');
    expect(await kindOf(door.client('GSW_CM', 'hashed', 'p', HERE))).to.equal('admitted');
    expect(await kindOf(door.token('GSW_CM', clients[1]?.token ?? '', HERE)), 'a hash is no token').to.equal('wrong');
    const tries = [door.token('GSW_CM', 'wrong-token-number-1', HERE), door.token('GSW_CM', 'wrong-token-number-2', HERE)].map(kindOf);
    await turnUntil(() => clock.pending === 2);
    clock.advance(5000);
    expect(await Promise.all(tries)).to.deep.equal(['wrong', 'wrong']);
    expect(warnings).to.deep.equal([`any token, and any further name, is locked for ${HERE} after 3 wrong ones`]);
    expect(await kindOf(door.token('GSW_CM', tokens[0] ?? '', HERE))).to.equal('locked');
  });

  it('locks no address for tokens that are right, however many come at a time', async () => {
    const tokens = Array.from({ length: 8 }, (_, index) => `token-of-client-number-${index}`);
    const clients = await Promise.all(tokens.map(async (token, index) => ({ ...client(`c${index}`), token: await hashPassword(token, CHEAP) })));
    const { door } = doorOf({ clients });
    const kinds = await Promise.all(tokens.map((token) => kindOf(door.token('HTTP', token, HERE))));
    expect(new Set(kinds)).to.deep.equal(new Set(['admitted', 'busy']));
    for (const token of tokens) expect(await kindOf(door.token('HTTP', token, HERE))).to.equal('admitted');
  });

  it('knows agents by their passwords, and asks none of who has none', async () => {
    const { door } = doorOf({ agents: [{ id: '1', name: 'A', password: 'a' }, { id: '2', name: 'B', password: await hashPassword('b', CHEAP) }, { id: '3', name: 'C' }] });
    expect(await Promise.all([door.agent('T', '1', 'a', HERE), door.agent('T', '2', 'b', HERE), door.agent('T', '3', 'x', HERE)])).to.deep.equal(['right', 'right', 'right']);
    expect(await Promise.all([door.agent('T', '1', 'b', HERE), door.agent('T', '2', undefined, HERE)])).to.deep.equal([{ kind: 'wrong' }, { kind: 'wrong' }]);
    // the third has no password to be right or wrong
    expect(loginsOf(door, 'T')).to.deep.equal({ admitted: 2, resumed: 0, wrong: 2, locked: 0, busy: 0 });
    expect(loginsOf(door)).to.deep.equal({ admitted: 0, resumed: 0, wrong: 0, locked: 0, busy: 0 });
  });

  it('answers later each time, then locks the name for the address, whether there is such a name or not', async () => {
    for (const name of ['a', 'nobody']) {
      const { door, clock, warnings } = doorOf({ clients: [client('a', 'right')] });
      const tries = [];
      for (let count = 0; count < 4; count += 1) tries.push(await wrongTry(door, clock, name));
      expect(tries.map(({ kind }) => kind)).to.deep.equal(['wrong', 'wrong', 'wrong', 'locked']);
      expect(tries.map(({ afterMs }) => afterMs)).to.deep.equal([0, 1000, 2000, 0]);
      expect(warnings).to.deep.equal([`client ${name} is locked for ${HERE} after 3 wrong ones`]);
      const locked = (await door.client('GSW_CM', name, 'right', HERE)) as Extract<Refused, { kind: 'locked' }>;
      expect(locked).to.deep.equal({ kind: 'locked', forMs: 58_000 });
      expect(await kindOf(door.client('GSW_CM', 'a', 'right', '10.0.0.2')), 'from elsewhere').to.equal('admitted');
      clock.advance(58_000);
      expect(await kindOf(door.client('GSW_CM', 'a', 'right', HERE))).to.equal('admitted');
      expect(loginsOf(door)).to.deep.equal({ admitted: 2, resumed: 0, wrong: 3, locked: 2, busy: 0 });
    }
  });

  it('forgets what was wrong behind what is right', async () => {
    const { door, clock } = doorOf({ clients: [client('a', 'right')] });
    for (let round = 0; round < 3; round += 1) {
      expect(await wrongTry(door, clock, 'a')).to.deep.equal({ kind: 'wrong', afterMs: 0 });
      expect(await wrongTry(door, clock, 'a')).to.deep.equal({ kind: 'wrong', afterMs: 1000 });
      expect(await kindOf(door.client('GSW_CM', 'a', 'right', HERE))).to.equal('admitted');
    }
  });

  it('does not look at more tries side by side than one after the other', async () => {
    const { door, clock } = doorOf({ clients: [client('a', await hashPassword('right', CHEAP))] });
    const tries = Array.from({ length: 10 }, (_, index) => kindOf(door.client('GSW_CM', 'a', `wrong ${index}`, HERE)));
    await turnUntil(() => clock.pending === 2);
    clock.advance(5000);
    const kinds = await Promise.all(tries);
    expect(kinds.filter((kind) => kind === 'wrong')).to.have.length(3);
    expect(kinds.filter((kind) => kind === 'busy'), 'who came while three were looked at').to.have.length(7);
    expect(await kindOf(door.client('GSW_CM', 'a', 'right', HERE))).to.equal('locked');
  });

  it('lets in by a resume token, locked or not, without looking at a password', async () => {
    const hash = await hashPassword('right', CHEAP);
    const { door, clock } = doorOf({ clients: [client('a', hash), client('b', hash), client('open')], agents: [{ id: '1001', name: 'Ada', password: hash }] }, { loginsWaiting: 0 });
    const token = door.resumeToken('client', 'a');
    for (let round = 0; round < 3; round += 1) await wrongTry(door, clock, 'a');
    expect(await kindOf(door.client('GSW_CM', 'a', 'right', HERE))).to.equal('locked');
    expect([...(await admitted(door.client('GSW_CM', 'a', undefined, HERE, token)))]).to.deep.equal(['monitor']);
    expect(await kindOf(door.client('GSW_CM', 'b', undefined, HERE, token)), 'the same password').to.equal('wrong');
    expect(await kindOf(door.client('GSW_CM', 'c', undefined, HERE, token)), 'unknown').to.equal('wrong');
    expect(await door.agent('T', '1001', undefined, HERE, door.resumeToken('agent', '1001'))).to.equal('resumed');
    expect([door.resumeToken('client', 'open'), door.resumeToken('agent', '1002')], 'without a password').to.deep.equal([undefined, undefined]);
    expect(loginsOf(door)).to.deep.equal({ admitted: 0, resumed: 1, wrong: 5, locked: 1, busy: 0 });
    expect(loginsOf(door, 'T')).to.include({ resumed: 1 });
  });

  it('looks once at what many give at a time', async () => {
    const { door } = doorOf({ clients: [client('a', await hashPassword('right', CHEAP))] }, { loginsWaiting: 1 });
    const kinds = await Promise.all(Array.from({ length: 50 }, () => kindOf(door.client('GSW_CM', 'a', 'right', HERE))));
    expect(new Set(kinds)).to.deep.equal(new Set(['admitted']));
  });

  it('looks at nothing for who has gone, which counts as no try, unless another has given the same', async () => {
    const { door } = doorOf({ clients: [client('a', await hashPassword('right', CHEAP)), client('b')] });
    const gone = new AbortController();
    const ask = (name: string, password: string, signal?: AbortSignal) => kindOf(door.client('GSW_CM', name, password, HERE, undefined, signal));
    const running = [ask('x', 'x'), ask('y', 'y')];
    const leaving = Array.from({ length: 3 }, (_, index) => ask('a', `wrong ${index}`, gone.signal));
    const shared = [ask('b', 'wrong', gone.signal), ask('b', 'wrong')];
    gone.abort();
    expect(await Promise.all(leaving)).to.deep.equal(['busy', 'busy', 'busy']);
    expect(await Promise.all(shared)).to.deep.equal(['wrong', 'wrong']);
    expect(await Promise.all(running)).to.deep.equal(['wrong', 'wrong']);
    expect(await ask('a', 'right')).to.equal('admitted');
  });

  it('refuses what would have to wait behind too many, which locks nobody', async () => {
    const { door } = doorOf({ clients: [client('a', await hashPassword('right', CHEAP))] }, { loginsWaiting: 4 });
    const tries = await Promise.all(Array.from({ length: 10 }, (_, index) => kindOf(door.client('GSW_CM', 'a', 'right', `10.0.1.${index}`))));
    // two are looked at, four wait
    expect(tries.filter((kind) => kind === 'admitted')).to.have.length(6);
    expect(tries.filter((kind) => kind === 'busy')).to.have.length(4);
    expect(loginsOf(door)).to.deep.equal({ admitted: 6, resumed: 0, wrong: 0, locked: 0, busy: 4 });
    expect(await kindOf(door.client('GSW_CM', 'a', 'right', '10.0.1.9'))).to.equal('admitted');
  });
});

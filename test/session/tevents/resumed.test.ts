import { expect } from 'chai';
import { findValue, keys, type Message, ocm1, readMessage, string, textOf, makeMessage } from '../../../protocol/index.js';
import { Door } from '../../../src/access/door.js';
import { DnDirectory } from '../../../src/directory/dn-directory.js';
import type { Line } from '../../../src/session/line.js';
import { DesktopLine } from '../../../src/session/tevents/desktop-line.js';
import type { TEventParts } from '../../../src/session/tevents/parts.js';
import { TEventSession } from '../../../src/session/tevents/session.js';
import { parseChanged } from '../../config/support.js';
import { silentLog } from '../../support/engine.js';
import { ManualClock } from '../../support/manual-clock.js';

const LIFE_MS = 3_600_000;

const extensions = (token: string) => [{ key: keys.GSW_RESUME_TOKEN, value: string(token) }];
const register = (password: string, token: string) =>
  makeMessage('RequestRegisterClient', { AttributeReferenceID: 1, AttributeApplicationName: 'boss', AttributeApplicationPassword: password, AttributeExtensions: extensions(token) });
const registerDn = makeMessage('RequestRegisterAddress', { AttributeReferenceID: 2, AttributeThisDN: '7001' });
const logIn = (password: string, token: string) =>
  makeMessage('RequestAgentLogin', { AttributeReferenceID: 3, AttributeThisDN: '7001', AttributeAgentID: '1001', AttributeAgentPassword: password, AttributeExtensions: extensions(token) });

/** What the gateway makes of every login. */
const login = (_: unknown, answer: (outcome: unknown) => void): Promise<void> => Promise.resolve(answer({ kind: 'loggedIn', missed: [], seat: {} }));

/** Desktops that register, and log agent 1001 in, with what they give; each is told the token in the answer, or the answer's name where it has none. */
function desktops() {
  const clock = new ManualClock();
  const base = parseChanged(() => undefined).deployment;
  const deployment = {
    ...base,
    clients: [{ name: 'boss', password: 'of boss', roles: ['agent'] as const }],
    agents: [{ id: '1001', name: 'Ada', password: 'of ada' }],
    limits: { ...base.limits, resumeTokenLifeMs: LIFE_MS },
  };
  const door = new Door({ deployment, clock, log: silentLog, resumeKey: Buffer.alloc(32) });
  const parts = { deployment, door, dns: new DnDirectory<DesktopLine>(), gateway: { agents: { login } } } as unknown as TEventParts;

  const open = () => {
    const sent: Message[] = [];
    const line = { profile: ocm1, open: true, raiseLimits: () => undefined, send: (message: Message) => sent.push(message), finish: (_: string, last: Message) => sent.push(last) };
    const session = new TEventSession(new DesktopLine(line as unknown as Line), parts);
    return async (message: Message): Promise<string> => {
      const read = readMessage(message);
      if (read.kind !== 'message') throw new Error(read.what);
      await session.handle(read);
      const answer = readMessage(sent.at(-1) ?? message);
      if (answer.kind !== 'message') throw new Error(answer.what);
      const told = 'AttributeExtensions' in answer.attributes ? answer.attributes.AttributeExtensions : undefined;
      return textOf(findValue(told ?? [], keys.GSW_RESUME_TOKEN)) ?? answer.name;
    };
  };
  return {
    clock,
    client: (password: string, token: string) => open()(register(password, token)),
    agent: async (password: string, token: string) => {
      const ask = open();
      await ask(register('of boss', ''));
      await ask(registerDn);
      return ask(logIn(password, token));
    },
  };
}

describe('a resume token', () => {
  for (const [who, password] of [['client', 'of boss'], ['agent', 'of ada']] as const) {
    it(`of a${who === 'agent' ? 'n' : ''} ${who} ends when it would have, however often it is used; the password gets a new one`, async () => {
      const { clock, ...ask } = desktops();
      const token = await ask[who](password, '');
      expect(token).to.match(/^3600\./);
      for (let use = 0; use < 3; use += 1) {
        clock.advance(LIFE_MS / 4);
        expect(await ask[who]('', token)).to.equal(token);
        expect(await ask[who](password, token), 'with the password beside it').to.equal(token);
      }
      clock.advance(LIFE_MS / 4);
      expect(await ask[who]('', token)).to.equal('EventError');
      expect(await ask[who](password, token)).to.match(/^7200\./);
    });
  }
});

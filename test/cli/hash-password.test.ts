import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { UserError } from '../../src/cli/errors.js';
import { createHashPassword } from '../../src/cli/run-hash-password.js';
import { deriveKey, parseScryptHash } from '../../src/util/scrypt-hash.js';

/** Types what is given, each when it is asked for, or all at once where there is no terminal. */
async function run(typed: readonly string[], terminal: boolean) {
  const stdin: PassThrough & { isTTY?: boolean; setRawMode?: (raw: boolean) => void } = new PassThrough();
  const raw: boolean[] = [];
  const rest = [...typed];
  let asked = '';
  let written = '';
  if (terminal) Object.assign(stdin, { isTTY: true, setRawMode: (on: boolean) => raw.push(on) });
  else stdin.end(typed.join(''));
  const ask = (text: string): void => {
    asked += text;
    if (text.endsWith(': ')) setImmediate(() => stdin.write(rest.shift() ?? ''));
  };
  const failure = await createHashPassword({ stdin, ask, write: async (text) => void (written += text) })().then(() => undefined, (error: unknown) => error);
  return { asked, written, raw, failure };
}

async function isHashOf(text: string, password: string): Promise<boolean> {
  const hash = parseScryptHash(text.replace(/\n$/, ''));
  return hash !== undefined && (await deriveKey(password, hash, hash.hash.length)).equals(hash.hash);
}

describe('hash-password', () => {
  it('takes the first line of a pipe, with whatever is in it', async () => {
    const lines: readonly (readonly [string, string])[] = [['secret', 'secret'], ['sécret word \n', 'sécret word '], ['secret\r\nmore\n', 'secret']];
    for (const [typed, password] of lines) {
      const { written, asked } = await run([typed], false);
      expect(asked).to.equal('');
      expect(written).to.match(/^scrypt\$[^\n]*\n$/);
      expect([await isHashOf(written, password), await isHashOf(written, `${password}x`)], JSON.stringify(typed)).to.deep.equal([true, false]);
    }
  });

  it('asks twice on a terminal, and shows nothing of what is typed', async () => {
    const { written, asked, raw } = await run(['secret\r', 'secret\r'], true);
    expect(asked).to.equal('Password: \nOnce more: \n');
    expect(raw).to.deep.equal([true, false, true, false]);
    expect(await isHashOf(written, 'secret')).to.equal(true);
  });

  it('refuses none, and two that differ', async () => {
    const CASES = [await run([''], false), await run(['\nsecret\n'], false), await run(['\r'], true), await run(['\u0003'], true), await run(['secret\r', 'secrets\r'], true)];
    for (const { failure, written } of CASES) {
      expect(failure).to.be.instanceOf(UserError);
      expect(written).to.equal('');
    }
  });
});

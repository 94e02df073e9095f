import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { hashPassword } from '../util/scrypt-hash.js';
import { UserError } from './errors.js';
import type { RunHashPassword } from './hash-password.js';

export interface HashPasswordWorld {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Where the question is asked: standard output is for the hash alone. */
  readonly ask: (text: string) => void;
  readonly write: (text: string) => Promise<void>;
}

/** The body of `ocm-gateway hash-password`. */
export function createHashPassword({ stdin, ask, write }: HashPasswordWorld): RunHashPassword {
  return async () => {
    const password = stdin.isTTY === true ? await askedTwice(stdin, ask) : await firstLine(stdin);
    if (password === '') throw new UserError('there was no password on standard input');
    await write(`${await hashPassword(password)}\n`);
  };
}

async function firstLine(stdin: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input: stdin, terminal: false, crlfDelay: Infinity });
  for await (const line of lines) return line;
  return '';
}

/** What is typed unseen may be mistyped unseen. */
async function askedTwice(stdin: NodeJS.ReadableStream, ask: (text: string) => void): Promise<string> {
  const first = await unseen(stdin, ask, 'Password: ');
  if (first !== '' && (await unseen(stdin, ask, 'Once more: ')) !== first) throw new UserError('the two were not the same');
  return first;
}

/** A line of a terminal that is not shown; the end of the input, or Ctrl-C, is an empty one. */
function unseen(stdin: NodeJS.ReadableStream, ask: (text: string) => void, question: string): Promise<string> {
  ask(question);
  // readline takes the terminal's own echo away, and has nowhere to put its own
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  return new Promise((resolve) => {
    let typed = '';
    line.once('line', (text) => {
      typed = text;
      line.close();
    });
    line.once('SIGINT', () => line.close());
    line.once('close', () => {
      ask('\n');
      resolve(typed);
    });
  });
}

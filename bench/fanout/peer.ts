import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { isMainThread } from 'node:worker_threads';

/** What one process of the benchmark asks another, by name. */
type Handler = (...args: never[]) => unknown;

interface Question {
  readonly id: number;
  readonly what: string;
  readonly args: readonly unknown[];
}

type Reply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failed: string };

const handlers = new Map<string, Handler>();
/** Asked before the module that answers was loaded. */
let early: Question[] = [];

/** In a child: answers a question of its parent, as soon as what `handler` answers is there. */
export function answers(what: string, handler: Handler): void {
  if (!isMainThread) return;
  if (handlers.size === 0) {
    process.on('message', (question: Question) => void answer(question));
    // nobody is left to ask: the gateway stops in order, everything else just ends
    process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  }
  handlers.set(what, handler);
  const asked = early.filter((question) => question.what === what);
  early = early.filter((question) => question.what !== what);
  for (const question of asked) void answer(question);
}

async function answer(question: Question): Promise<void> {
  const { id, what, args } = question;
  const handler = handlers.get(what);
  if (handler === undefined) {
    early.push(question);
    return;
  }
  try {
    process.send?.({ id, result: await handler(...(args as never[])) } satisfies Reply);
  } catch (error) {
    process.send?.({ id, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies Reply);
  }
}

/** A process of the benchmark, as its parent sees it. */
export class Peer {
  readonly #waiting = new Map<number, { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void }>();
  #lastId = 0;

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    child.on('message', (reply: Reply) => this.#replied(reply));
    child.on('exit', (code, signal) => this.#gone(`${name} has ended: ${signal ?? code}`));
  }

  /** Starts a compiled module. Its standard output is dropped, its errors are shown. */
  static start(name: string, module: string, args: readonly string[] = [], { nodeOptions = [], env = {} }: { readonly nodeOptions?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {}): Peer {
    const { PATH = '', HOME = '' } = process.env;
    return new Peer(name, fork(module, args, { execArgv: [...nodeOptions], env: { PATH, HOME, TZ: 'Etc/UTC', ...env }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] }));
  }

  /** Resolves with what its standard output says that matches; the rest of it is read and dropped. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    const out = this.child.stdout?.setEncoding('utf8');
    if (out === undefined || out === null) throw new Error(`${this.name} has no standard output`);
    let text = '';
    return new Promise((resolve, reject) => {
      out.on('data', (more: string) => {
        if (text.length < 1e6) text += more;
        const said = pattern.exec(text);
        if (said !== null) resolve(said);
      });
      out.on('end', () => reject(new Error(`${this.name} has ended without saying ${pattern}: ${text}`)));
    });
  }

  /** Asks and resolves with the answer. Rejects where the other fails or ends. */
  ask<T>(what: string, ...args: readonly unknown[]): Promise<T> {
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.child.send({ id, what, args } satisfies Question);
    });
  }

  /** Ends it, in order where it can. */
  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }

  #replied(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('failed' in reply) waiting?.reject(new Error(`${this.name}: ${reply.failed}`));
    else waiting?.resolve(reply.result as never);
  }

  #gone(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
    this.#waiting.clear();
  }
}

/** Milliseconds of a clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

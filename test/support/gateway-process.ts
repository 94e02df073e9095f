import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DEMO_CONFIG } from './gateway.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const READY = /is ready direct=(\d+) tevents=(\d+) http=(\d+)/;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type ProcessPorts = Record<'direct' | 'tevents' | 'http', number>;

/** The program itself, in a process of its own. */
export class GatewayProcess {
  stdout = '';
  stderr = '';
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcessWithoutNullStreams;
  #wake: (() => void)[] = [];
  #over = false;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#awake();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    // `close` comes behind the last of what it has written
    this.exited = once(child, 'close').then(([code, signal]) => {
      this.#over = true;
      this.#awake();
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  /** Runs a command line, with the flags of this process. Of its variables it inherits none that could configure it. */
  static run(args: readonly string[], env: Readonly<Record<string, string>> = {}): GatewayProcess {
    const { PATH = '', HOME = '' } = process.env;
    return new GatewayProcess(spawn(process.execPath, [...process.execArgv, MAIN, ...args], { env: { PATH, HOME, TZ: 'Etc/UTC', ...env } }));
  }

  /** Runs `start` with the demo's deployment, or another, on free ports unless `env` names them. */
  static start(env: Readonly<Record<string, string>>, config: string = DEMO_CONFIG): GatewayProcess {
    const ports = { OCM_LISTENERS_DIRECT_PORT: '0', OCM_LISTENERS_TEVENTS_PORT: '0', OCM_LISTENERS_HTTP_PORT: '0', OCM_LOG_TRACE: 'false' };
    return GatewayProcess.run(['start', '--config', config], { ...ports, ...env });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with its ports when it serves; rejects where it ends before. */
  async ready(): Promise<ProcessPorts> {
    const [, direct, tevents, http] = await this.said(READY);
    return { direct: Number(direct), tevents: Number(tevents), http: Number(http) };
  }

  /** Resolves when its standard output matches; rejects where it ends before. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const said = pattern.exec(this.stdout);
      if (said !== null) return said;
      if (this.#over) throw new Error(`the gateway has ended: ${this.stderr}${this.stdout}`);
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Sends a signal and resolves when the process has ended, at once where it has. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    if (!this.#over) this.#child.kill(signal);
    return this.exited;
  }

  #awake(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

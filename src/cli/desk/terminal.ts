import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline';
import { styleText } from 'node:util';
import { printable } from '../printable.js';

export type Tone = 'event' | 'refusal' | 'note';

export interface TerminalParts {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Whether colours are wanted, on a terminal. */
  readonly colours: boolean;
  /** Writes to stdout; rejects where that fails. */
  readonly write: (chunk: string) => Promise<void>;
  /** The time, at the beginning of a line. */
  readonly time: () => string;
  readonly prompt: () => string;
  /** What a line may be completed to. */
  readonly complete: (line: string) => [candidates: string[], of: string];
  readonly onLine: (line: string) => void;
  /** There will be no other line. `how`: by the end of the input, or by Ctrl-C. */
  readonly onEnd: (how: 'end' | 'interrupted') => void;
  readonly onFailure: (error: unknown) => void;
}

const STYLE = { event: 'bold', refusal: 'red', note: 'dim' } as const;
const NAME_WIDTH = 20;
const HISTORY = 500;

/** Lines in, lines out. On a terminal there is a prompt, which what is printed pushes down, and history; in a pipe there is neither. */
export class Terminal {
  readonly #parts: TerminalParts;
  /** `prevRows` is how many rows readline thinks it has gone down since the prompt. */
  readonly #readline: Interface & { prevRows?: number };
  readonly #interactive: boolean;
  #open = true;

  constructor(parts: TerminalParts) {
    const { stdin, stdout, complete } = parts;
    this.#parts = parts;
    this.#interactive = stdin.isTTY === true && stdout.isTTY === true;
    this.#readline = this.#interactive
      ? createInterface({ input: stdin, output: stdout, terminal: true, historySize: HISTORY, removeHistoryDuplicates: true, completer: complete })
      : createInterface({ input: stdin, terminal: false });
    this.#readline.on('line', (line) => {
      parts.onLine(line);
      this.refresh();
    });
    this.#readline.on('SIGINT', () => parts.onEnd('interrupted'));
    this.#readline.on('close', () => {
      this.#leave();
      parts.onEnd('end');
    });
    this.refresh();
  }

  /** One line about one thing: when, what, and how it is. Nothing in it can forge another. */
  say(tone: Tone, name: string, text: string): void {
    const line = text === '' ? printable(name) : `${this.#style(tone, printable(name).padEnd(NAME_WIDTH))} ${printable(text)}`;
    this.#print(`${this.#style('note', this.#parts.time())} ${line}\n`);
  }

  /** Lines as they are, without a time. */
  show(lines: readonly string[]): void {
    this.#print(lines.map((line) => `${printable(line)}\n`).join(''));
  }

  /** Shows the prompt as it is now, with what has been typed behind it. */
  refresh(): void {
    if (!this.#interactive || !this.#open) return;
    this.#toPrompt();
    this.#prompt();
  }

  /** There is no prompt any more; what is said after this still is. */
  close(): void {
    this.#leave();
    this.#readline.close();
  }

  #leave(): void {
    if (this.#interactive && this.#open) this.#toPrompt();
    this.#open = false;
  }

  #print(text: string): void {
    const prompted = this.#interactive && this.#open;
    if (prompted) this.#toPrompt();
    this.#parts.write(text).catch(this.#parts.onFailure);
    if (prompted) this.#prompt();
  }

  #prompt(): void {
    this.#readline.setPrompt(this.#style('event', this.#parts.prompt()));
    this.#readline.prompt(true);
  }

  /** Takes prompt and line away, of however many rows, so that what is written stands in their place. */
  #toPrompt(): void {
    const { stdout } = this.#parts;
    moveCursor(stdout, 0, -this.#readline.getCursorPos().rows);
    cursorTo(stdout, 0);
    clearScreenDown(stdout);
    // it would go up itself, and too far: by the rows of before, or, behind text that was pasted, by others
    this.#readline.prevRows = 0;
  }

  #style(tone: Tone, text: string): string {
    // it would look at the process's own stdout and variables
    return this.#interactive && this.#parts.colours ? styleText(STYLE[tone], text, { validateStream: false }) : text;
  }
}

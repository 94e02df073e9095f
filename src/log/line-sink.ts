import { appendFile, close, openSync } from 'node:fs';

/** Where lines go: `append` takes a chunk and calls back when it is written, or with the error. */
export interface LineTarget {
  append(text: string, done: (error?: Error | null) => void): void;
  close(done: (error?: Error | null) => void): void;
}

export interface LineSinkOptions {
  /** Characters that wait for a target that does not take them: more would let a stalled disk use up all memory. */
  readonly maxQueuedChars?: number;
  /** The line that tells of lines lost, without its end; `reason` says of which failure, if there was one. */
  readonly lostLine: (lines: number, reason: string | undefined) => string;
}

const MAX_QUEUED_CHARS = 8 * 2 ** 20;

/**
 * Writes lines to a target, one chunk at a time. A target that stalls or fails does not stop the program
 * and does not fill its memory: lines over the limit, and lines of a failed write, are counted, and
 * the first thing that is written once the target works again says how many are missing.
 */
export class LineSink {
  readonly #target: LineTarget;
  readonly #maxQueuedChars: number;
  readonly #lostLine: LineSinkOptions['lostLine'];
  #queue: string[] = [];
  #queuedChars = 0;
  #writing = false;
  #closed = false;
  #untoldLines = 0;
  #lostLines = 0;
  #failure: Error | undefined;
  #onIdle: (() => void)[] = [];

  constructor(target: LineTarget, { maxQueuedChars = MAX_QUEUED_CHARS, lostLine }: LineSinkOptions) {
    this.#target = target;
    this.#maxQueuedChars = maxQueuedChars;
    this.#lostLine = lostLine;
  }

  /** Lines that were not written since the start. */
  get lostLines(): number {
    return this.#lostLines;
  }

  /** Queues one line, or several with line ends between them; the last end is added. */
  write(text: string): void {
    if (this.#closed || this.#queuedChars + text.length > this.#maxQueuedChars) {
      this.#lose(text);
      return;
    }
    this.#queue.push(text);
    this.#queuedChars += text.length + 1;
    this.#pump();
  }

  /** Writes what is queued, then closes the target. Resolves when that is done; rejects where the target cannot be closed. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#writing) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
    await new Promise<void>((resolve, reject) => {
      this.#target.close((error) => (error ? reject(error) : resolve()));
    });
  }

  #lose(text: string): void {
    const lines = text.split('\n').length;
    this.#untoldLines += lines;
    this.#lostLines += lines;
  }

  #pump(): void {
    if (this.#writing) return;
    const lines = this.#queue;
    if (lines.length === 0 && this.#untoldLines === 0) {
      for (const resolve of this.#onIdle.splice(0)) resolve();
      return;
    }
    this.#writing = true;
    const told = this.#untoldLines;
    const failure = this.#failure;
    this.#queue = [];
    this.#queuedChars = 0;
    this.#untoldLines = 0;
    this.#failure = undefined;
    // A write that failed may have left half a line behind: begin a new one.
    const notice = told === 0 ? '' : `${failure === undefined ? '' : '\n'}${this.#lostLine(told, failure?.message)}\n`;
    const body = lines.map((line) => `${line}\n`).join('');
    this.#target.append(notice + body, (error) => {
      this.#writing = false;
      if (error) this.#failed(error, told, lines);
      else this.#pump();
    });
  }

  /** Waits for the next line instead of trying again at once: a full disk would have us spin. */
  #failed(error: Error, told: number, lines: readonly string[]): void {
    this.#failure = error;
    this.#untoldLines += told;
    for (const line of lines) this.#lose(line);
    if (this.#queue.length > 0) this.#pump();
    else for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

/** Appends to a file, which is made where it is missing. Throws the system's error where it cannot be opened. */
export function fileTarget(path: string): LineTarget {
  const descriptor = openSync(path, 'a');
  return {
    append: (text, done) => appendFile(descriptor, text, done),
    close: (done) => close(descriptor, done),
  };
}

const ignore = (): void => {
  // The failed write's own callback reports the same error, and counts its lines.
};

/** A stream that outlives us, such as stdout. A reader that goes away must not end the program: its errors are lost lines. */
export function streamTarget(stream: NodeJS.WritableStream): LineTarget {
  // Once, and for good: an error may still be on its way when the sink is closed.
  if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
  return {
    append: (text, done) => stream.write(text, done),
    close: (done) => done(),
  };
}

/** The target of a log file, or of stdout where no file is named. */
export function lineTarget(file: string | undefined): LineTarget {
  return file === undefined ? streamTarget(process.stdout) : fileTarget(file);
}

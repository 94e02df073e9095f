import { open } from 'node:fs/promises';
import type { Dialed } from '../faults/record-dialer.js';

/** What the dialers of a gateway's lives have written down since the last look. */
export class DialedTail {
  #offset = 0;
  #rest = '';

  constructor(private readonly file: string) {}

  async next(): Promise<Dialed[]> {
    const file = await open(this.file, 'a+');
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(size - this.#offset);
      await file.read(bytes, 0, bytes.length, this.#offset);
      this.#offset = size;
      const lines = (this.#rest + bytes.toString()).split('\n');
      this.#rest = lines.pop() ?? '';
      return lines.map((line) => JSON.parse(line) as Dialed);
    } finally {
      await file.close();
    }
  }
}

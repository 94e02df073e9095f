import { createHash } from 'node:crypto';
import { StoreAway, type StoreClient } from '../../src/store/client.js';
import { quoteName } from '../../src/store/list-table.js';
import { HOST } from '../support/gateway.js';
import type { SoakGroup } from './deployment.js';
import type { Filled } from './invariants/records-kept.js';
import type { Stop } from './stop.js';

const AGAIN_MS = 300;
/** The store is away, or the gateway is at this very file already: that goes on from an interruption by itself. */
const AGAIN: ReadonlySet<number> = new Set([409, 503]);
/** Digits of a record's number within its list. */
const DIGITS = 8;

/** Puts records into lists, by an import over HTTP or as another program would, and knows how many there have to be. Every phone is one of a kind. */
export class Records {
  readonly #filled = new Map<string, Filled>();

  constructor(
    private readonly client: StoreClient,
    private readonly httpPort: () => number | undefined,
    private readonly stop: Stop,
  ) {}

  /** How many were put into a table. */
  filled(table: string): Filled {
    const found = this.#filled.get(table) ?? { asked: 0, sure: 0 };
    this.#filled.set(table, found);
    return found;
  }

  get count(): number {
    return [...this.#filled.values()].reduce((sum, { sure }) => sum + sure, 0);
  }

  /** Puts `count` records into a group's list; answers false where it was told to stop before that was sure. */
  async add(group: SoakGroup, index: number, count: number, byImport: boolean): Promise<boolean> {
    const filled = this.filled(group.table);
    const phones = Array.from({ length: count }, (_, record) => phoneOf(index, filled.asked + record));
    filled.asked += count;
    while (!this.stop.stopped) {
      const done = byImport ? await this.#import(group.list, phones) : await this.#insert(group.table, phones);
      if (done) {
        filled.sure += count;
        return true;
      }
      await this.stop.pause(AGAIN_MS);
    }
    return false;
  }

  /** The same file again goes on where it was interrupted, and is not loaded twice. */
  async #import(list: string, phones: readonly string[]): Promise<boolean> {
    const port = this.httpPort();
    if (port === undefined) return false;
    const body = ['contact_info', ...phones].join('\n');
    const file = createHash('sha256').update(body).digest('hex');
    let answer: Response;
    try {
      answer = await fetch(`http://${HOST}:${port}/lists/${list}/import?file=${file}`, { method: 'POST', headers: { 'content-type': 'text/csv' }, body });
      const text = await answer.text();
      if (!AGAIN.has(answer.status) && answer.status !== 200) throw new Error(`the import into ${list} was answered ${answer.status}: ${text}`);
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
    return answer.status === 200;
  }

  /** Again where the answer was lost: what is there already is left. */
  async #insert(table: string, phones: readonly string[]): Promise<boolean> {
    const name = quoteName(table);
    try {
      await this.client.query(
        `INSERT INTO ${name} (record_id, contact_info, contact_info_type, record_type, record_status, call_result, attempt, chain_id, chain_n)
         SELECT base.id + n, phone, 1, 2, 1, 28, 0, base.id + n, 0
         FROM unnest($1::text[]) WITH ORDINALITY AS new (phone, n), (SELECT coalesce(max(record_id), 0) AS id FROM ${name}) base
         WHERE NOT EXISTS (SELECT 1 FROM ${name} t WHERE t.contact_info = ANY($1::text[]))`,
        [phones],
      );
      return true;
    } catch (error) {
      if (error instanceof StoreAway) return false;
      throw error;
    }
  }
}

/** The list's number, then the record's. */
export const phoneOf = (index: number, record: number): string => `${index + 1}${String(record).padStart(DIGITS, '0')}`;

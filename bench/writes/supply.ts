import { type Chain } from '../../src/record/chain.js';
import { toChains } from '../../src/service/retriever.js';
import type { StoreClient } from '../../src/store/client.js';
import type { ListTable, ZoneTime } from '../../src/store/list-table.js';
import { type Owner, ownedTransaction } from '../../src/store/owner.js';
import { takeChains, type Taker } from '../../src/store/statements/take-chains.js';

/** Retrieves so many chains in one commit. */
export type Retrieve = (chains: number) => Promise<readonly Chain[]>;

/** As the engine does it: the next that are due, whichever they are. */
export function retrieveDue(client: StoreClient, owner: Owner, list: ListTable, taker: Taker, now: () => number, zones: readonly ZoneTime[]): Retrieve {
  return (chains) =>
    ownedTransaction(client, owner, async (sql) => toChains((await takeChains(sql, list, taker, { chains, look: chains }, now(), zones)).rows));
}

/** Records for agents to take, retrieved `batch` at a time and ahead of them, as a group's buffer is. */
export class Supply {
  readonly #ready: Chain[] = [];
  readonly #waiting: ((chain: Chain | undefined) => void)[] = [];
  #fetching = false;
  #dry = false;
  #failed: ((error: unknown) => void) | undefined;

  constructor(
    private readonly retrieve: Retrieve,
    private readonly batch: number,
  ) {}

  /** The next record; undefined when there are no more. Throws what the retrieval throws. */
  async take(): Promise<Chain | undefined> {
    const chain = this.#ready.shift();
    if (this.#ready.length < this.batch / 2) this.#fetch();
    if (chain !== undefined || this.#dry) return chain;
    return new Promise((resolve, reject) => {
      this.#failed ??= reject;
      this.#waiting.push(resolve);
    });
  }

  #fetch(): void {
    if (this.#fetching || this.#dry) return;
    this.#fetching = true;
    this.retrieve(this.batch).then(
      (chains) => {
        this.#fetching = false;
        this.#dry = chains.length === 0;
        this.#ready.push(...chains);
        while (this.#waiting.length > 0 && (this.#dry || this.#ready.length > 0)) this.#waiting.shift()?.(this.#ready.shift());
        if (this.#ready.length < this.batch / 2) this.#fetch();
      },
      (error: unknown) => this.#failed?.(error),
    );
  }
}

import { chainsNeeded } from '../campaign/retrieval.js';
import type { RecordBuffer } from '../record/buffer.js';
import { ownedTransaction } from '../store/owner.js';
import { type GroupContext, listsOf } from './group-context.js';
import { putBufferBack } from './put-back.js';
import type { Retriever } from './retriever.js';

/** Keeps a campaign group's buffer filled for the agents at work, and empty without them (engine.md, Buffer). */
export class Supply {
  constructor(
    private readonly context: GroupContext,
    private readonly buffer: RecordBuffer,
    private readonly retriever: Retriever,
  ) {}

  /**
   * Retrieves what is missing. `waiting` agents have asked and got nothing yet; `coming` records are on their
   * way from the buffer to an agent or a call. Throws where the store is away.
   */
  async serve(waiting: number, coming: number): Promise<void> {
    const agents = this.#agentsAtWork();
    // what is on its way is waited for, or it would be put back behind the back of whoever gets it
    if (agents === 0 && this.buffer.size > 0 && !this.retriever.inFlight && coming === 0) await this.#putBack();
    this.retriever.want(Math.max(chainsNeeded(this.context.group, agents, this.buffer.size), waiting));
  }

  /** Nobody is there to take them: another group of a shared list may have them. */
  async #putBack(): Promise<void> {
    const { runtime } = this.context;
    this.buffer.empty();
    await ownedTransaction(runtime.client, runtime.owner, (sql) => putBufferBack(sql, this.context));
    // a request that has come meanwhile is served before we hear that our lists have something again
    this.retriever.wet();
    for (const { dbid } of listsOf(this.context)) runtime.listChanged(dbid);
  }

  /** Agents of the group that are ready, or busy with a record. */
  #agentsAtWork(): number {
    const { group, runtime } = this.context;
    let atWork = 0;
    for (const agentId of group.group.agentIds) {
      const seat = runtime.agents.find(agentId);
      if (seat === undefined) continue;
      const ready = seat.state !== 'notReady' && !runtime.left.has(agentId, group.campaign.dbid);
      if (ready || runtime.held.count(agentId) > 0) atWork += 1;
    }
    return atWork;
  }
}

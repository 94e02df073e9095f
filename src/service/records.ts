import type { DesktopService } from './desktops.js';
import type { GroupActor } from './group-actor.js';
import { refused } from './refused.js';
import type { EndOutcome, UserEventRefusal } from './ports.js';
import { addRecord, type AddedRecord, type NewRecord } from './record-adder.js';
import { type CloseOrder, closeWaiting, closingOf } from './record-closer.js';
import { UserEventError } from '../../protocol/dictionary/enumerations.js';
import type { Runtime } from './runtime.js';

/** What desktops ask of records that they need not have in hand. Every call is answered once, behind the commit. */
export class RecordService {
  constructor(
    private readonly runtime: Runtime,
    private readonly actors: ReadonlyMap<number, GroupActor>,
    private readonly desktops: DesktopService,
  ) {}

  add(record: NewRecord): Promise<AddedRecord | UserEventRefusal> {
    return addRecord(this.runtime, record);
  }

  /**
   * Closes every record of a number or customer: what waits in one commit, then what the agent has in
   * hand. `content` is the request, so that it can be sent again.
   */
  async close(order: CloseOrder, content: string): Promise<{ readonly kind: 'closed' } | UserEventRefusal> {
    const closed = await closeWaiting(this.runtime, order);
    if (closed.kind === 'refused') return closed;
    for (const { listDbid, chainIds } of closed.chains) {
      for (const actor of this.#actorsOf(listDbid)) actor.chainsChanged(listDbid, chainIds);
    }
    // a number that is forbidden now may have been the last that a group waited for
    if (order.kind === 'doNotCall') for (const { dbid } of this.runtime.lists.values()) this.runtime.listChanged(dbid);
    for (const handle of closed.handles) {
      const outcome = await this.#end(order, handle, content);
      if (outcome.kind === 'refused' && outcome.number === UserEventError.StoreAway) return outcome;
    }
    return { kind: 'closed' };
  }

  /** Logs an agent out of a campaign; `answer` is called when it has nothing of it in hand. Answers whether it has already. */
  leave(agentId: string, campaign: string, answer: (refusal?: UserEventRefusal) => void): void {
    const { left } = this.runtime;
    const theirs = [...this.actors.values()].filter(({ group }) => group.campaign.name === campaign && group.group.agentIds.has(agentId));
    const dbid = theirs[0]?.group.campaign.dbid;
    if (dbid === undefined) return answer(refused('NotAllowed', `agent ${agentId} is in no group of campaign '${campaign}'`));
    left.leave(agentId, dbid);
    let waitingFor = theirs.length;
    for (const actor of theirs) {
      actor.leave(agentId, () => {
        waitingFor -= 1;
        if (waitingFor > 0) return;
        left.gone(agentId, dbid);
        answer();
      });
    }
  }

  #actorsOf(listDbid: number): GroupActor[] {
    return [...this.actors.values()].filter(({ group }) => group.campaign.lists.some(({ list }) => list.dbid === listDbid));
  }

  #end({ kind, agentId, wholeChain, customerId, campaignId }: CloseOrder, handle: number, content: string): Promise<EndOutcome> {
    return new Promise((resolve) => {
      const ending = closingOf(kind, { wholeChain, customerId, campaignId });
      this.desktops.record({ kind: 'end', handle, agentId, ending: () => ending, acknowledgment: () => '', content, answer: resolve });
    });
  }
}

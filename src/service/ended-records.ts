import { selectEndedHandOut } from '../store/statements/hand-outs.js';
import type { GroupContext } from './group-context.js';
import type { EndOutcome } from './ports.js';
import type { EndRequest, RecordRequest } from './record-requests.js';
import { refused } from './refused.js';

/** What is said of records that are not out: they have ended before, or never were (completion.md 4). */
export class EndedRecords {
  constructor(private readonly context: GroupContext) {}

  /** Answers a request about a record that is not out. */
  async answer(request: RecordRequest): Promise<void> {
    if (request.kind === 'end') return this.#endedBefore(request);
    const { handle } = request;
    request.answer(
      this.context.inDoubt
        ? refused('StoreAway', 'the store is away, try again', handle)
        : refused('UnknownRecordHandle', `record handle ${handle} is not with any agent`, handle),
    );
  }

  /** What its agent is told of a record that has ended. */
  outcome(handle: number, listDbid: number, callResult: number | null, acknowledgment: string): Extract<EndOutcome, { kind: 'ended' }> {
    return { kind: 'ended', handle, listDbid, callResult, acknowledgment, group: this.context.group };
  }

  /**
   * The same content from the same agent is acknowledged again for replayWindow; anything else is
   * refused. The record may have been another group's: a handle that is not out says nothing of that.
   */
  async #endedBefore(request: EndRequest): Promise<void> {
    const { runtime } = this.context;
    try {
      const before = await selectEndedHandOut(runtime.client, request.handle);
      const group = runtime.deployment.campaignGroups.find(({ dbid }) => dbid === before?.group_dbid);
      const known =
        before !== undefined &&
        group !== undefined &&
        before.agent_id === request.agentId &&
        before.ending === request.content &&
        before.ended_at >= runtime.clock.now() - group.replayWindowMs;
      request.answer(
        known
          ? { ...this.outcome(request.handle, before.list_dbid, before.end_result, before.acknowledgment ?? ''), group }
          : refused('UnknownRecordHandle', `record handle ${request.handle} is not with any agent`, request.handle),
      );
    } catch (error) {
      request.answer(refused('StoreAway', 'the store is away, try again', request.handle));
      this.context.doubt(error);
    }
  }
}

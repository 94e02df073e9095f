import type { TimerHandle } from '../util/clock.js';
import type { GroupContext } from './group-context.js';

/** The time that an agent who lost the line has to come back to its records: agentGrace (completion.md 4). */
export class AgentGrace {
  readonly #timers = new Map<string, TimerHandle>();

  constructor(
    private readonly context: GroupContext,
    /** An agent's time is over. */
    private readonly over: (agentId: string) => void,
  ) {}

  isRunning(agentId: string): boolean {
    return this.#timers.has(agentId);
  }

  /** Begins an agent's time, anew where it was running. */
  begin(agentId: string): void {
    const { runtime, group } = this.context;
    this.#timers.get(agentId)?.cancel();
    const timer = runtime.clock.after(group.agentGraceMs, () =>
      this.context.post(() => {
        // the agent may have come back while this waited in the mailbox
        if (this.#timers.get(agentId) === timer) this.over(agentId);
      }),
    );
    this.#timers.set(agentId, timer);
  }

  end(agentId: string): void {
    this.#timers.get(agentId)?.cancel();
    this.#timers.delete(agentId);
  }

  /** Nobody's time runs out any more. */
  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}

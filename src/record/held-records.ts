/**
 * Which records are in whose hands, over all groups: an agent's limit counts all of them, and a
 * request that names a handle alone finds its group. A hand-out that is being written counts already.
 */
export class HeldRecords {
  readonly #groups = new Map<number, number>();
  readonly #byAgent = new Map<string, Set<number>>();
  readonly #coming = new Map<string, number>();

  /** Records that an agent has or is about to get. */
  count(agentId: string): number {
    return (this.#byAgent.get(agentId)?.size ?? 0) + (this.#coming.get(agentId) ?? 0);
  }

  /** Handles of an agent, oldest first. */
  of(agentId: string): readonly number[] {
    return [...(this.#byAgent.get(agentId) ?? [])];
  }

  /** The campaign group of an open handle. */
  groupOf(handle: number): number | undefined {
    return this.#groups.get(handle);
  }

  /** A hand-out to this agent is being written. Each call is followed by one of `arrived`. */
  expect(agentId: string): void {
    this.#coming.set(agentId, (this.#coming.get(agentId) ?? 0) + 1);
  }

  /** The hand-out that was expected was written, or not. */
  arrived(agentId: string): void {
    const left = (this.#coming.get(agentId) ?? 0) - 1;
    if (left > 0) this.#coming.set(agentId, left);
    else this.#coming.delete(agentId);
  }

  add(handle: number, agentId: string, groupDbid: number): void {
    this.#groups.set(handle, groupDbid);
    const handles = this.#byAgent.get(agentId) ?? new Set();
    this.#byAgent.set(agentId, handles.add(handle));
  }

  remove(handle: number, agentId: string): void {
    this.#groups.delete(handle);
    const handles = this.#byAgent.get(agentId);
    handles?.delete(handle);
    if (handles?.size === 0) this.#byAgent.delete(agentId);
  }
}

/** Agents who wait to be logged out of one campaign group's campaign until they have no record of it any more. */
export class LeaveDesk {
  #waiting: { readonly agentId: string; readonly answer: () => void }[] = [];

  add(agentId: string, answer: () => void): void {
    this.#waiting.push({ agentId, answer });
  }

  /** Lets go whoever has nothing in hand, and nothing on its way. */
  serve(isFree: (agentId: string) => boolean): void {
    for (const waiter of this.#waiting.splice(0)) {
      if (isFree(waiter.agentId)) waiter.answer();
      else this.#waiting.push(waiter);
    }
  }
}

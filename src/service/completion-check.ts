import { mayBeDepleted } from '../campaign/auto-completion.js';
import { isDepleted, passForbidden, whatIsLeft } from './completion.js';
import type { GroupChanges } from './group-changes.js';
import { type GroupContext, sessionOf } from './group-context.js';
import { type CompletionReport, completionReport } from './group-report.js';

/** Whether a campaign group is done, looked at whenever something has happened that may have left nothing to dial (completion.md 2). */
export class CompletionCheck {
  #wanted = false;
  #error: string | undefined;
  #last: CompletionReport | undefined;

  constructor(
    private readonly context: GroupContext,
    private readonly changes: GroupChanges,
  ) {}

  /** Why the last look could not decide, while that is so. */
  get error(): string | undefined {
    return this.#error;
  }

  /** What the last completion left behind. */
  get last(): CompletionReport | undefined {
    return this.#last;
  }

  /** Something happened that may have left nothing to dial. */
  want(): void {
    this.#wanted = true;
  }

  /** The store's account of the last completion. */
  restore(report: CompletionReport | undefined): void {
    this.#last = report ?? this.#last;
  }

  /** Completes the group if a look is wanted and nothing is left. */
  async serve(now: { readonly recordsOut: number; readonly retrievalInFlight: boolean }): Promise<void> {
    const state = this.context.state();
    const flagOn = state.status !== 'NotLoaded' && state.load.autoCompletion.on;
    if (!this.#wanted || !mayBeDepleted({ running: state.status === 'Running', flagOn, ...now })) return;
    try {
      this.#wanted = false;
      this.#error = undefined;
      const { runtime, group } = this.context;
      const sinceMs = runtime.clock.now();
      const left = await whatIsLeft(runtime.client, this.context);
      runtime.measures.took('probe', group.dbid, runtime.clock.now() - sinceMs);
      if (left === 'forbiddenFirst') this.#passForbidden();
      if (left !== 'nothing') return;
      const session = sessionOf(state);
      const done = await this.changes.apply({ kind: 'depleted' }, 'auto completion', undefined, (sql) => isDepleted(sql, this.context));
      if (done && session !== undefined) this.#report(session);
    } catch (error) {
      // nothing is decided on the word of a store that could not give it; the timer asks again
      this.#wanted = true;
      this.#error = error instanceof Error ? error.message : String(error);
      this.context.doubt(error);
    }
  }

  /** Beside the mailbox, so that nobody waits for it; then looks again: at once, or by timer where somebody has them locked. */
  #passForbidden(): void {
    void passForbidden(this.context).then(
      (passed) => {
        if (passed > 0) this.context.post(() => this.want());
      },
      (error: unknown) =>
        this.context.post(() => {
          this.want();
          this.context.doubt(error);
        }),
    );
  }

  #report(session: string): void {
    const { group, runtime } = this.context;
    void completionReport(this.context, session).then(
      (report) => {
        this.#last = report;
        runtime.log.info(`campaign group ${group.name} has completed: no record is left to dial`, { ...report });
      },
      (error: unknown) => runtime.log.warn(`campaign group ${group.name} has completed; what was left could not be counted: ${String(error)}`),
    );
  }
}

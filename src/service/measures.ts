/** What is written in a commit: of a record, or of a campaign group. */
export type CommitOf = 'handOut' | 'result' | 'report' | 'call' | 'change' | 'completion';

/** What the engine does that somebody waits for. */
export type Step = 'retrieval' | 'probe' | 'fanOut' | CommitOf;

/** Whoever keeps figures of the engine; told after the fact, and never waited for. */
export interface Measures {
  /** A step of a campaign group took so long, in milliseconds; that of a record from when it was asked for. */
  took(step: Step, groupDbid: number, ms: number): void;
  /** A campaign group is unloaded. `completed`: by auto completion, to which the last `result`, `probe`, `completion` and `fanOut` have led. */
  unloaded(groupDbid: number, completed: boolean): void;
}

/** Nobody keeps any. */
export const unmeasured: Measures = { took: () => undefined, unloaded: () => undefined };

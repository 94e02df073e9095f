import type { Dialect, Value } from '../../protocol/index.js';

/**
 * A value as a session script writes it. `example` stands in where the script does not say the value and
 * the runner has to send one.
 */
export type Operand =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'any'; readonly example: Value | undefined }
  | { readonly kind: 'variable'; readonly name: string; readonly example: Value | undefined };

/** An operand, or a list of which the listed pairs count. */
export type Pattern = Operand | { readonly kind: 'list'; readonly pairs: readonly PairPattern[] };

export interface PairPattern {
  readonly line: number;
  readonly key: string;
  readonly pattern: Pattern;
}

export interface AttributePattern {
  readonly line: number;
  readonly id: number;
  /** As the script writes it. */
  readonly name: string;
  readonly pattern: Pattern;
}

/** Which way a message goes, whoever the runner plays. */
export type Direction = 'toGateway' | 'toClient';

interface StepBase {
  /** Where in the script, counted from 1. */
  readonly line: number;
  /** The step's first line, as the script writes it. */
  readonly text: string;
}

interface LineStep extends StepBase {
  readonly connection: string;
}

export interface ConnectStep extends LineStep {
  readonly kind: 'connect';
  readonly dialect: Dialect;
}

export interface MessageStep extends LineStep {
  readonly kind: 'message';
  readonly direction: Direction;
  readonly dialect: Dialect;
  readonly type: number;
  readonly attributes: readonly AttributePattern[];
}

/** Nothing may have arrived that no step has taken. */
export interface SilentStep extends LineStep {
  readonly kind: 'silent';
}

/** One side ends its stream: `toGateway` the client, `toClient` the gateway. */
export interface EndStep extends LineStep {
  readonly kind: 'end';
  readonly direction: Direction;
}

export interface RepeatStep extends StepBase {
  readonly kind: 'repeat';
  readonly count: number;
  readonly steps: readonly Step[];
}

export type Step = ConnectStep | MessageStep | SilentStep | EndStep | RepeatStep;

export interface SessionScript {
  readonly steps: readonly Step[];
}

/** A script that cannot be read, or cannot be run in the role that is asked for. */
export class ScriptError extends Error {
  readonly line: number;

  constructor(what: string, line: number) {
    super(`line ${line}: ${what}`);
    this.name = 'ScriptError';
    this.line = line;
  }
}

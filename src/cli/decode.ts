import { Command, InvalidArgumentError } from 'commander';

/** A value to put in the place of a masked one. */
export interface Reveal {
  readonly key: string;
  readonly value: string;
}

export interface DecodeOptions {
  /** Path of the input; `-` is stdin. */
  readonly input: string;
  /** From a trace to frames, rather than from frames to a trace. */
  readonly encode: boolean;
  /** Frames as bytes rather than hex; only with `encode`. */
  readonly binary: boolean;
  readonly reveal: readonly Reveal[];
}

/** The options as the command line gives them: a switch that is absent is undefined. */
type Given = Partial<Omit<DecodeOptions, 'input'>>;

export type RunDecode = (options: DecodeOptions) => Promise<void>;

function parseReveal(text: string, before: readonly Reveal[] = []): readonly Reveal[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected KEY=VALUE.');
  return [...before, { key: text.slice(0, at), value: text.slice(at + 1) }];
}

/** `ocm-gateway decode FILE|-` */
export function decodeCommand(run: RunDecode): Command {
  const command = new Command('decode')
    .usage('[--encode [--binary]] [--reveal KEY=VALUE]... FILE|-')
    .summary('turn frames into a trace, or a trace into frames')
    .description('Reads frames, as bytes or as hex, and writes them as the trace shows them (zeros for time and connection, which no ' +
        'frame knows); with --encode the other way round.')
    .argument('<file>', 'the input, or - for stdin')
    .option('--encode', 'take a trace back to frames, in hex')
    .option('--binary', 'with --encode: bytes instead of hex')
    .option('--reveal <key=value>', "put a value in the place of a masked one ('****'); may be repeated", parseReveal)
    .addHelpText(
      'after',
      `
Examples:
  ocm-gateway decode captured.hex
  ocm-gateway decode --encode --reveal GSW_AUTO_COMPLETION=1 trace.log
  ocm-gateway decode --encode --binary trace.log | nc 127.0.0.1 7010

Exit status: 0, or 1 for malformed input (one line on stderr with the offset).`,
    );
  return command.action((input: string, { encode = false, binary = false, reveal = [] }: Given) => {
    if (binary && !encode) command.error("error: option '--binary' needs '--encode'");
    return run({ input, encode, binary, reveal });
  });
}

import { createReadStream } from 'node:fs';
import { Presets, SingleBar } from 'cli-progress';

/** The bytes of a file, with a bar that shows on a terminal how many have been read. */
export async function* readWithProgress(file: string, bytes: number, terminal: NodeJS.WriteStream): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(file);
  if (!terminal.isTTY) {
    yield* stream as AsyncIterable<Uint8Array>;
    return;
  }
  const bar = new SingleBar({ stream: terminal, format: '{bar} {percentage}% of {total} bytes', clearOnComplete: true }, Presets.shades_classic);
  bar.start(bytes, 0);
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      yield chunk;
      bar.increment(chunk.length);
    }
  } finally {
    bar.stop();
  }
}

/**
 * Writes to a stream and resolves when it has taken the chunk, so that a slow reader slows us down. A
 * reader that has gone away (`| head`) has seen all it wants: what is written after that is dropped.
 * Rejects with any other failure.
 */
export function writerTo(stream: NodeJS.WritableStream): (chunk: string | Uint8Array) => Promise<void> {
  return (chunk) =>
    new Promise((resolve, reject) => {
      const done = (error?: Error | null): void => {
        stream.off('error', done);
        if (error && !('code' in error && error.code === 'EPIPE')) reject(error);
        else resolve();
      };
      // the stream says its failure twice, and without a listener the second would end the process
      stream.once('error', done);
      stream.write(chunk, (error) => setImmediate(done, error));
    });
}

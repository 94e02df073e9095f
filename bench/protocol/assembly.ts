import { DEFAULT_LIMITS, ocm1 } from '../../protocol/index.js';
import type { Job } from './rounds.js';

/** What one segment of Ethernet carries. */
const CHUNK_BYTES = 1460;

/** A frame of `bytes` in all, its length field included, that arrives in small chunks. */
export function assemble(bytes: number): Job {
  const frame = Buffer.alloc(bytes);
  frame.writeUInt32BE(bytes - 4);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes; at += CHUNK_BYTES) chunks.push(frame.subarray(at, at + CHUNK_BYTES));
  let arrived = 0;
  const splitter = ocm1.splitter(DEFAULT_LIMITS, (found) => (arrived = found.length));
  return {
    name: `${bytes / 1024} KiB`,
    run() {
      arrived = 0;
      for (const chunk of chunks) splitter.push(chunk);
      if (arrived !== bytes) throw new Error(`a frame of ${bytes} bytes became one of ${arrived}`);
      return arrived;
    },
  };
}

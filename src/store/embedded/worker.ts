/**
 * The worker thread that runs PGlite. Its queries resolve on microtasks and would starve the event
 * loop of the sockets, so it has a thread of its own; the other side is client.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { SerialQueue } from '../../util/serial-queue.js';
import { PARSERS } from '../parsers.js';
import type { WorkerReply, WorkerRequest } from './messages.js';

const { dataDir } = workerData as { dataDir: string };
if (parentPort === null) throw new Error('the embedded store runs in a worker thread only');
const port = parentPort;

const open = PGlite.create({
  dataDir,
  parsers: PARSERS,
  startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB', '-c', 'max_wal_size=64MB'],
});

async function serve(request: WorkerRequest): Promise<WorkerReply> {
  const { id } = request;
  try {
    const db = await open;
    if (request.kind === 'close') {
      await db.close();
      return { id, rows: [], affected: 0 };
    }
    if (request.params === undefined) {
      const results = await db.exec(request.text);
      return { id, rows: results.at(-1)?.rows ?? [], affected: sum(results.map((result) => result.affectedRows ?? 0)) };
    }
    const result = await db.query<Record<string, unknown>>(request.text, [...request.params]);
    return { id, rows: result.rows, affected: result.affectedRows ?? 0 };
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
    const message = error instanceof Error ? error.message : String(error);
    return code === undefined ? { id, error: { message } } : { id, error: { message, code } };
  }
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** In the order in which they come, whichever way of the database's each goes. */
const queue = new SerialQueue();

port.on('message', (request: WorkerRequest) => {
  void queue.run(() => serve(request)).then((reply) => {
    port.postMessage(reply);
    if (request.kind === 'close') port.close();
  });
});

/**
 * graphile-worker over jobs that do nothing: `node graphile-worker.mjs URL JOBS CONCURRENCY`. Adding the jobs is not
 * timed; the time is from the first job that runs to the moment when none is left in its table. One line of JSON.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { Pool } from 'pg';

const [connectionString, jobs, concurrency] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const pool = new Pool({ connectionString, max: 10 });
const utils = await makeWorkerUtils({ pgPool: pool });
await utils.migrate();
await pool.query(`SELECT graphile_worker.add_job('nothing', json_build_object('record', i)) FROM generate_series(1, $1::int) i`, [jobs]);
await pool.query('ANALYZE graphile_worker._private_jobs');

let done = 0;
let first;
let last;
const allRun = new Promise((resolve) => (last = resolve));
const runner = await run({
  pgPool: pool,
  noHandleSignals: true,
  logger: new Logger(() => () => undefined),
  taskList: {
    nothing() {
      first ??= { at: performance.now(), cpu: process.cpuUsage() };
      done += 1;
      if (done === jobs) last();
    },
  },
  preset: { worker: { concurrentJobs: concurrency, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0, getQueueNameBatchDelay: 50 } },
});
await allRun;
for (;;) {
  const { rows } = await pool.query('SELECT EXISTS (SELECT 1 FROM graphile_worker._private_jobs) AS left');
  if (!rows[0].left) break;
  await pause(2);
}
const { user, system } = process.cpuUsage(first.cpu);
const seconds = (performance.now() - first.at) / 1000;
await runner.stop();
await utils.release();
await pool.end();
process.stdout.write(`${JSON.stringify({ records: jobs, seconds, cpuSeconds: (user + system) / 1e6 })}\n`);

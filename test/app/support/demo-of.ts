/** Runs the demo on a file of records of the test's: `node demo-of.js RECORDS.csv`. */
import { createDemo } from '../../../src/app/demo/run-demo.js';
import { runProgram } from '../../../src/cli/program.js';
import { systemClock } from '../../../src/util/clock.js';

const [, , records = ''] = process.argv;
const other = (): Promise<void> => Promise.reject(new Error('the demo only'));

process.exitCode = await runProgram(
  ['demo'],
  { start: other, import: other, export: other, lists: other, decode: other, request: other, desktop: other, hashPassword: other, demo: createDemo({ stdout: process.stdout, clock: systemClock, records }) },
  { stdout: (text) => process.stdout.write(text), stderr: (text) => process.stderr.write(text) },
);

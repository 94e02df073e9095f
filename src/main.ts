#!/usr/bin/env node
import { UserError } from './cli/errors.js';
import { importRecords } from './cli/import-records.js';
import { runProgram } from './cli/program.js';

/** Refuses a command whose body is still to come. */
const notBuiltYet = (command: string) => (): Promise<void> =>
  Promise.reject(new UserError(`${command}: not supported yet`));

process.exitCode = await runProgram(
  process.argv.slice(2),
  {
    start: notBuiltYet('start'),
    import: importRecords({ env: process.env, stdout: (text) => process.stdout.write(text), terminal: process.stderr }),
    demo: notBuiltYet('demo'),
    decode: notBuiltYet('decode'),
  },
  {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  },
);

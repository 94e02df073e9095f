#!/usr/bin/env node
import { runStart } from './app/run-start.js';
import { UserError } from './cli/errors.js';
import { runProgram } from './cli/program.js';

/** Refuses a command whose body is still to come. */
const notBuiltYet = (command: string) => (): Promise<void> =>
  Promise.reject(new UserError(`${command}: not supported yet`));

process.exitCode = await runProgram(
  process.argv.slice(2),
  {
    start: runStart,
    import: notBuiltYet('import'),
    demo: notBuiltYet('demo'),
    decode: notBuiltYet('decode'),
  },
  {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  },
);

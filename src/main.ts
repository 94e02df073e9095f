#!/usr/bin/env node
import { createDemo } from './app/demo/run-demo.js';
import { runStart } from './app/run-start.js';
import { importRecords } from './app/import/import-records.js';
import { exportList } from './app/lists/export-list.js';
import { showLists } from './app/lists/show-lists.js';
import { createDesktop } from './cli/desk/run-desktop.js';
import { runProgram } from './cli/program.js';
import { createDecode } from './cli/run-decode.js';
import { createHashPassword } from './cli/run-hash-password.js';
import { createRequest } from './cli/run-request.js';
import { writerTo } from './cli/write-out.js';
import { systemClock } from './util/clock.js';

process.exitCode = await runProgram(
  process.argv.slice(2),
  {
    start: runStart,
    import: importRecords({ env: process.env, stdout: (text) => process.stdout.write(text), terminal: process.stderr }),
    export: exportList({ env: process.env, write: writerTo(process.stdout), terminal: process.stderr }),
    lists: showLists({ env: process.env, write: writerTo(process.stdout) }),
    demo: createDemo({ stdout: process.stdout, clock: systemClock }),
    decode: createDecode({ stdin: process.stdin, write: writerTo(process.stdout) }),
    request: createRequest({ env: process.env, clock: systemClock, write: writerTo(process.stdout) }),
    hashPassword: createHashPassword({ stdin: process.stdin, ask: (text) => process.stderr.write(text), write: writerTo(process.stdout) }),
    desktop: createDesktop({ env: process.env, clock: systemClock, stdin: process.stdin, stdout: process.stdout }),
  },
  {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  },
);

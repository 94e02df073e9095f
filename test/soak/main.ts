import { describeOutcome, isClean } from './account.js';
import { readOptions } from './options.js';
import { runSoak } from './soak.js';

const outcome = await runSoak(readOptions(process.argv.slice(2)), (text) => process.stdout.write(`${text}\n`));
process.stdout.write(describeOutcome(outcome));
process.exitCode = isClean(outcome) ? 0 : 1;

import { parseArgs } from 'node:util';
import { saveFinding } from './corpus.js';
import { fuzz } from './fuzz.js';

/** The long form: `npm run fuzz -- --frames 5000000 --seed 1`. Prints an account; ends with 1, and what was found in fixtures/corpus, where the gateway has failed. */
const { values } = parseArgs({ options: { frames: { type: 'string', default: '5000000' }, seed: { type: 'string', default: '1' } } });
const [frames, seed] = [Number(values.frames), Number(values.seed)];
const out = (text: string): void => void process.stdout.write(text);

const report = await fuzz({
  frames,
  seed,
  onProgress: (account) => out(`\r${account.frames} frames, ${account.connections} connections`),
});
const { worst, before, after } = report;
out(`\r${report.frames} frames (${report.requests} HTTP requests) over ${report.connections} connections in ${(report.ms / 1000).toFixed(0)} s, seed ${seed}\n`);
out(`a heartbeat took at most ${worst.heartbeatMs} ms, /health ${worst.healthMs} ms; delay of the loop, p99: ${worst.loopDelayP99Ms.toFixed(1)} ms\n`);
out(`memory ${before.rssMiB.toFixed(0)} MiB when warm, ${worst.rssMiB.toFixed(0)} at most, ${after.rssMiB.toFixed(0)} at the end; descriptors ${before.descriptors}, ${worst.descriptors}, ${after.descriptors}\n`);
for (const [index, finding] of report.findings.entries()) {
  out(`${finding.dialect}: ${finding.message}: ${saveFinding(finding, `fuzz-${seed}-${report.frames}-${index}`)}\n`);
}
for (const problem of report.problems) out(`${problem}\n`);
if (report.findings.length + report.problems.length > 0) process.exitCode = 1;

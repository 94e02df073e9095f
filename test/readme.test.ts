import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parseTrace } from '../protocol/index.js';
import { REQUEST_NAMES } from '../src/campaign/request-names.js';
import { type Commands, runProgram } from '../src/cli/program.js';
import { createDecode } from '../src/cli/run-decode.js';
import { overridables, variableName } from '../src/config/environment.js';
import { parseConfig } from '../src/config/load.js';
import { configSchema } from '../src/config/schema.js';
import { UNSUPPORTED } from '../src/config/unsupported.js';
import { brokenRequests } from '../src/http/broken-request.js';
import { closeReasons } from '../src/net/close-reason.js';
import { readRecordCsv } from '../src/lists/record-csv.js';
import { reasonNotDue } from '../src/store/due.js';
import { everyMetric } from './metrics/support.js';
import { frameNamed } from './protocol/support/fixtures.js';
import { configKeys } from './support/config-keys.js';
import { codeIn, commandsOf, Page } from './support/markdown.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const readme = new Page('README.md');
const contributing = new Page('CONTRIBUTING.md');
const PAGES = [readme, contributing, new Page('protocol/README.md'), new Page('src/scenario/README.md')];
const { scripts, bin, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
};

/** Every command of the pages' shell blocks, as words. */
const shellCommands = [readme, contributing].flatMap((page) => page.fencesIn('sh').flatMap(commandsOf));
const gatewayCommands = shellCommands.filter(([npx, program]) => npx === 'npx' && program === 'ocm-gateway').map((words) => words.slice(2));

const ignore = (): Promise<void> => Promise.resolve();

async function runCommand(argv: readonly string[], bodies: Partial<Commands> = {}) {
  let stdout = '';
  let stderr = '';
  const commands: Commands = { start: ignore, import: ignore, export: ignore, lists: ignore, demo: ignore, decode: ignore, request: ignore, desktop: ignore, hashPassword: ignore, ...bodies };
  const status = await runProgram(argv, commands, { stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) });
  return { status, stdout, stderr };
}

describe('README.md and CONTRIBUTING.md', () => {
  it('link to what there is', () => {
    const dangling = PAGES.flatMap((page) =>
      page.links
        .filter((link) => !/^https?:/.test(link))
        .filter((link) => {
          const [file = '', anchor] = link.split('#');
          const target = file === '' ? page.path : normalize(join(dirname(page.path), file));
          if (!existsSync(join(ROOT, target))) return true;
          return anchor !== undefined && !new Page(target).anchors.has(anchor);
        })
        .map((link) => `${page.path}: ${link}`),
    );
    expect(dangling).to.deep.equal([]);
    expect(readme.links).to.include.members(['CONTRIBUTING.md', 'protocol/README.md', 'src/scenario/README.md', 'LICENSE']);
  });

  it('name files that there are', () => {
    const named = [readme, contributing].flatMap((page) => codeIn(page.prose)).filter((code) => /^(?:src|test|protocol|fixtures)\/[\w./-]+$/.test(code));
    expect(named).to.not.have.length(0);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
  });

  it('run scripts that there are', () => {
    const names = shellCommands.flatMap(([npm, ...words]) => {
      if (npm !== 'npm') return [];
      return words[0] === 'run' ? [words[1] ?? ''] : words.filter((word) => word !== 'ci');
    });
    expect(names).to.include.members(['demo', 'test', 'start', 'build', 'lint']);
    expect(names.filter((name) => !Object.hasOwn(scripts, name))).to.deep.equal([]);
    expect(scripts['start']).to.equal(`node ${bin['ocm-gateway']} start --config fixtures/configs/demo.yaml`);
    expect(codeIn(readme.prose)).to.include.members([`node ${bin['ocm-gateway']}`, 'ocm-gateway start --config fixtures/configs/demo.yaml']);
    expect(readme.text).to.contain(`Node ${engines.node.replace('>=', '')} or later`);
  });

  it('show tests that there are', () => {
    const mocha = shellCommands.filter(([npx, program]) => npx === 'npx' && program === 'mocha').map(([, , path = '']) => path);
    expect(mocha).to.not.have.length(0);
    for (const path of mocha) expect(existsSync(join(ROOT, path.replace(/\/\*\*.*$/, ''))), path).to.equal(true);
  });

  for (const argv of gatewayCommands) {
    it(`ocm-gateway ${argv.join(' ')}`, async () => expect((await runCommand(argv)).status).to.equal(0));
  }

  it('has every command, and its statuses', async () => {
    const { stdout } = await runCommand(['--help']);
    const known = Array.from(stdout.matchAll(/^ {2}(\w[\w-]*) /gm), ([, name]) => name);
    const rows = readme.rowsUnder('command', 'what it does');
    expect(rows.map(([cell = '']) => cell.match(/[\w-]+/)?.[0])).to.have.members(known.filter((name) => name !== 'help'));
    expect((await runCommand(['start'])).status).to.equal(2);
    const failed = await runCommand(['demo'], { demo: () => Promise.reject(new Error('no')) });
    expect(failed.status).to.equal(1);
    expect(failed.stderr.trim().split('\n')).to.have.length(1);
  });

  it('has every room of the code, and only those', () => {
    const rooms = readme.rowsUnder('room', 'what is in it').flatMap(([cell = '']) => codeIn(cell));
    const inSource = readdirSync(join(ROOT, 'src')).map((name) => `src/${name}`);
    expect(rooms).to.include.members(inSource);
    expect(rooms.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
  });
});

describe('README.md on the configuration', () => {
  const rows = readme.rowsUnder('key', 'default', 'meaning').map(([key = '', fallback = '']) => ({
    path: key.replaceAll('`', ''),
    fallback: fallback.replaceAll('`', ''),
  }));

  it('has every key with its default, and no other', () => {
    const keys = configKeys(configSchema).map((key) =>
      // the smaller of this and frameBytes: no fixed default
      key.path === 'limits.frameBytesBeforeRegistration' ? { ...key, fallback: '64KiB' } : key,
    );
    expect(rows).to.have.deep.members(keys);
    const { deployment } = parseConfig('{ server: { dbid: 1 }, listeners: { http: { port: 1 } }, store: { url: "pglite:x" } }', { baseDir: '/', env: {} });
    expect(deployment.limits.frameBytesBeforeRegistration).to.equal(64 * 1024);
  });

  it('has every limit with its default', () => {
    const limits = readme.rowsUnder('limit', 'default', 'who meets it', 'reason', 'counted in');
    const configured = new Map(rows.map(({ path, fallback }) => [path, fallback]));
    for (const [limit = '', fallback = ''] of limits) expect(configured.get(`limits.${codeIn(limit)[0]}`), limit).to.equal(codeIn(fallback)[0]);
    const told = limits.map(([limit = '']) => `limits.${codeIn(limit)[0]}`);
    // the time of a stop is no limit of a client, and a lock is told with what it follows
    const others = ['limits.stopTimeout', 'limits.loginDelay', 'limits.loginLock'];
    expect([...told, ...others]).to.have.members(rows.map(({ path }) => path).filter((path) => path.startsWith('limits.')));
    const reasons = limits.flatMap(([, , , reason = '']) => codeIn(reason));
    const known: readonly string[] = [...Object.keys(closeReasons), ...Object.keys(brokenRequests)];
    expect(reasons.filter((reason) => !known.includes(reason))).to.deep.equal([]);
  });

  it('has variables that set something', () => {
    const variables = overridables(configSchema).map(({ path }) => variableName(path));
    const named = codeIn(readme.prose).filter((code) => /^OCM_\w+$/.test(code) && code !== 'OCM_');
    expect(named).to.not.have.length(0);
    expect(named.filter((name) => !variables.includes(name))).to.deep.equal([]);
  });

  for (const { text, line } of readme.fencesIn('yaml')) {
    it(`takes the file at line ${line}`, () => {
      const { deployment, warnings } = parseConfig(text, { baseDir: '/', env: {} });
      expect(warnings).to.deep.equal([]);
      expect(deployment.campaignGroups.map(({ name }) => name)).to.deep.equal(['Spring@Sales']);
    });
  }

  it('lists every key that is not supported yet, and none that is', () => {
    const named = readme.rowsUnder('feature', 'today').flatMap(([, today = '']) => codeIn(today)).filter((code) => /^[a-z]/.test(code));
    const refused = UNSUPPORTED.map(({ path, refuses }) => {
      // of these only some values, and in the file they stand without their list
      if (refuses !== undefined) return path === 'store.url' ? path : path.replace(/^.*\./, '');
      return path.replace(/^(callingLists|campaignGroups)\.\*/, '$1[]');
    });
    expect(named).to.have.members(refused);
  });
});

describe('README.md on the rest', () => {
  it('has the names of every campaign request', () => {
    const requests = readme.rowsUnder('request', 'answer').flatMap(([, answer = '']) => codeIn(answer));
    expect(requests).to.include.members(REQUEST_NAMES.flatMap(({ path, control }) => [path, control]));
    expect(requests).to.include(REQUEST_NAMES[0].direct);
  });

  it('has every metric with its labels, and no other', async () => {
    const metrics = await everyMetric();
    const rows = readme.rowsUnder('metric', 'labels', 'what it says').map(([name = '', labels = '']) => ({ name: codeIn(name)[0], labels: codeIn(labels) }));
    expect(rows).to.have.deep.members(metrics);
  });

  it('has every reason why a record is not due', () => {
    const filter = { where: 'true' };
    const list = { dbid: 1, name: 'L', table: 't', maxAttempts: 1, fromSeconds: 0, untilSeconds: 86_400, customFields: [], filter, doNotCall: 'dnc' };
    const reasons = Array.from(reasonNotDue(list).matchAll(/THEN '(\w+)'/g), ([, reason = '']) => reason);
    const [, meaning = ''] = readme.rowsUnder('key', 'meaning').find(([key]) => key === '`notDue`') ?? [];
    expect(codeIn(meaning)).to.deep.equal(reasons);
  });

  it('has a file of records that can be imported', async () => {
    for (const { text } of readme.fencesIn('csv')) {
      const { batches } = await readRecordCsv(chunksOf(text), [{ name: 'customer_name', type: 'varchar' }]);
      for await (const { rows } of batches) expect(rows.map(({ kind }) => kind)).to.deep.equal(['good', 'good']);
    }
    expect(readme.fencesIn('csv')).to.not.have.length(0);
  });

  it('has a trace that reads back to the published request, and to its bytes', async () => {
    const trace = readme.fencesIn('text').find(({ text }) => text.includes('GSW_CM_ReqLoadCampaign]'))?.text ?? '';
    expect(parseTrace(trace)).to.deep.equal([frameNamed('GSW_CM_ReqLoadCampaign/auto-completion-masked').message]);
    const decode = readme.fencesIn('sh').find((fence) => readme.behind(fence, 'hex') !== undefined);
    const [argv = []] = decode === undefined ? [] : commandsOf(decode);
    const directory = await mkdtemp(join(tmpdir(), 'ocm-readme-'));
    try {
      const file = join(directory, 'trace.log');
      await writeFile(file, trace);
      let written = '';
      const run = createDecode({ stdin: process.stdin, write: async (chunk) => void (written += String(chunk)) });
      const { status, stderr } = await runCommand(argv.slice(2).map((word) => (word === 'trace.log' ? file : word)), { decode: run });
      expect(stderr).to.equal('');
      expect(status).to.equal(0);
      expect(written).to.equal(readme.fencesIn('hex')[0]?.text);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

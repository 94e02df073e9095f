import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { connectDesktop, type DesktopClient, RequestRefused } from '../src/client/index.js';
import { startApp, type TestApp } from './support/app.js';
import { codeIn, commandsOf, type Fence, Page } from './support/markdown.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const readme = new Page('README.md');
/** Error 1: no such request of desktops. */
const UNKNOWN_REQUEST = 1;

/** The ports of fixtures/configs/demo.yaml, which the examples name. */
const WRITTEN_PORTS = { direct: '7010', tevents: '7011', http: '8098' } as const;

/** The examples of the README in its order, as its reader runs them against `npm start`. */
describe('the examples of README.md', () => {
  let app: TestApp;

  before(async () => void (app = await startApp()));
  after(() => app.close());

  const onPorts = (example: string): string =>
    example
      .replaceAll(WRITTEN_PORTS.direct, String(app.ports.direct))
      .replaceAll(`port: ${WRITTEN_PORTS.tevents}`, `port: ${app.ports.tevents}`)
      .replaceAll(WRITTEN_PORTS.http, String(app.ports.http));

  const curls = readme.fencesIn('sh').filter((fence) => fence.text.startsWith('curl'));
  const programs = readme.fencesIn('js');

  for (const fence of readme.fences.filter((one) => curls.includes(one) || programs.includes(one))) {
    const name = `line ${fence.line}: ${fence.text.split('\n')[0]}`;
    if (programs.includes(fence)) it(name, () => runProgramOf(fence));
    else it(name, () => runCurlOf(fence));
  }

  it('are all there', () => {
    expect(curls).to.have.length(8);
    expect(programs.map((fence) => fence.text.match(/^\/\/ (\S+\.mjs)/)?.[1])).to.deep.equal(['start.mjs', 'communication-dn.mjs', 'progress.mjs', 'desktop.mjs']);
    for (const desktop of programs.slice(-2)) expect(desktop.text.split('\n').length, 'a desktop of about 30 lines').to.be.lessThan(45);
  });

  for (const [dbid, records] of [[1001, 200], [1002, 10]] as const) {
    it(`leave campaign group ${dbid} completed`, async () => {
      const group = (await (await fetch(`http://127.0.0.1:${app.ports.http}/campaigngroups/${dbid}`)).json()) as Described;
      expect(group).to.deep.include({ state: 'NotLoaded', records: { ready: 0, retrieved: 0, final: records, total: records } });
      expect(group.why).to.have.nested.property('lastCompletion.at');
    });
  }

  it('has every path of HTTP, and its statuses', async () => {
    const { status, body } = await request({ url: `http://127.0.0.1:${app.ports.http}/nosuch`, method: 'GET', headers: {}, body: undefined });
    expect(status).to.equal(404);
    const [, served = ''] = /expected one of (.*)$/.exec((body as { status: { message: string } }).status.message) ?? [];
    const paths = readme.rowsUnder('request', 'answer').flatMap(([cell = '']) => codeIn(cell));
    const named = paths.filter((path) => path.includes(' ')).map((path) => path.replace(/^\w+ /, '').replace(/\?.*$/, '').replaceAll(/\{[^}]*\}/g, ':'));
    expect(new Set(named)).to.deep.equal(new Set(served.split(', ').map((path) => path.replaceAll(/:\w+/g, ':'))));
    expect(app.deployment.limits.httpBody, '1 MiB').to.equal(2 ** 20);
  });

  async function runProgramOf(fence: Fence): Promise<void> {
    // inside of the package, so that it finds the libraries by their names
    const directory = await mkdtemp(join(ROOT, 'dist', 'readme-'));
    try {
      const file = join(directory, 'example.mjs');
      await writeFile(file, onPorts(fence.text));
      const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      const [stdout, stderr, status] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended]);
      expect({ stdout, stderr, status }).to.deep.equal({ stdout: readme.behind(fence, 'text')?.text, stderr: '', status: 0 });
    } finally {
      await rm(directory, { recursive: true });
    }
  }

  async function runCurlOf(fence: Fence): Promise<void> {
    const [words = []] = commandsOf(fence);
    const answer = readme.behind(fence, 'json')?.text;
    if (answer === undefined) throw new Error('what it answers does not follow');
    const expected = JSON.parse(answer) as Partial<Described>;
    const curl = await toRequest(words.map(onPorts));
    if (expected.why === undefined) {
      const { body } = await request(curl);
      expect(body).to.deep.equal(expected);
    } else {
      await withRecordInHand(async () => {
        const { body } = await request(curl);
        expect(shapeOf(body)).to.deep.equal(shapeOf(expected));
        expect(describedKeys()).to.have.members([...Object.keys((body as Described).why), 'records', 'agents']);
      });
    }
  }

  /** An agent that has a record; meanwhile its desktop tries which requests there are. */
  async function withRecordInHand(fn: () => Promise<void>): Promise<void> {
    const desktop = await connectDesktop({ host: '127.0.0.1', port: app.ports.tevents, applicationName: 'tests' });
    await desktop.registerAddress('7003');
    await desktop.login('1003');
    await desktop.ready();
    const record = await desktop.userRequest('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' });
    expect(record.name).to.equal('PreviewRecord');
    await fn();
    await checkRequests(desktop);
    await desktop.logout();
    await desktop.close();
  }
});

interface Described {
  readonly state: string;
  readonly records: object;
  readonly why: Readonly<Record<string, unknown>>;
}

/** Keys, all the way down, but for those of `notDue`, which are what there is to say. */
function shapeOf(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => shapeOf(item));
  if (typeof value !== 'object' || value === null || key === 'notDue') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner, name)]));
}

function describedKeys(): readonly string[] {
  return readme.rowsUnder('key', 'meaning').flatMap(([key = '']) => codeIn(key));
}

/** The requests that the README says there are. */
async function checkRequests(desktop: DesktopClient): Promise<void> {
  const [, there = ''] = /What is there: ([^;]*) of desktops;/.exec(readme.text) ?? [];
  const present = there.replaceAll(/\s+/g, ' ').split(/, | and /);
  expect(present).to.include('RecordProcessed');
  expect(await errorOf(desktop, 'NoSuchRequest')).to.equal(UNKNOWN_REQUEST);
  for (const type of present) expect(await errorOf(desktop, type), type).to.not.equal(UNKNOWN_REQUEST);
}

/** The number with which a request without any content is refused; undefined where it is not. */
async function errorOf(desktop: DesktopClient, type: string): Promise<number | undefined> {
  try {
    await desktop.userRequest(type);
    return undefined;
  } catch (error) {
    if (error instanceof RequestRefused && error.userEvent) return error.code;
    throw error;
  }
}

interface Curl {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
}

/** What curl would send. */
async function toRequest([program, ...words]: readonly string[]): Promise<Curl> {
  expect(program).to.equal('curl');
  let curl: Curl = { url: '', method: 'GET', headers: {}, body: undefined };
  const rest = words[Symbol.iterator]();
  for (const word of rest) {
    const value = (): string => String(rest.next().value);
    if (word === '-H') {
      const [name = '', text = ''] = value().split(': ');
      curl = { ...curl, headers: { ...curl.headers, [name]: text } };
    } else if (word === '-d') curl = { ...curl, method: 'POST', body: value() };
    else if (word === '--data-binary') curl = { ...curl, method: 'POST', body: await readFile(join(ROOT, value().replace(/^@/, ''))) };
    else if (word.startsWith('http://')) curl = { ...curl, url: word };
    else throw new Error(`this test does not know what curl does with ${word}`);
  }
  return curl;
}

async function request({ url, method, headers, body }: Curl): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }) });
  return { status: answer.status, body: await answer.json() };
}

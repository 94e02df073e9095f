import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { migrate } from '../../src/store/migrate.js';
import { PostgresClient } from '../../src/store/postgres/client.js';
import type { PostgresSettings } from '../../src/store/postgres/session.js';

const KEEPER = fileURLToPath(new URL('./postgres-keeper.js', import.meta.url));

/** A server of the tests' own, which they may stop and pause. It ends with this process. */
export class PostgresServer {
  readonly #keeper: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;

  private constructor(keeper: ChildProcessWithoutNullStreams, answers: AsyncIterator<string>, readonly port: number) {
    this.#keeper = keeper;
    this.#answers = answers;
  }

  static async start(): Promise<PostgresServer> {
    const keeper = spawn(process.execPath, [KEEPER]);
    let failed = '';
    keeper.stderr.setEncoding('utf8').on('data', (text: string) => (failed += text));
    const answers = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]();
    const { value, done } = await answers.next();
    if (done === true) throw new Error(`no PostgreSQL server for the tests (give one in OCM_TEST_PG_URL): ${failed}`);
    // it ends when this process does, and this process does not wait for it
    keeper.unref();
    for (const pipe of [keeper.stdin, keeper.stdout, keeper.stderr]) (pipe as unknown as { unref(): void }).unref();
    return new PostgresServer(keeper, answers, (JSON.parse(value) as { port: number }).port);
  }

  get url(): string {
    return this.urlAt(this.port);
  }

  /** The same server through another port, such as a proxy's. */
  urlAt(port: number, database = 'postgres'): string {
    return `postgres://postgres@127.0.0.1:${port}/${database}`;
  }

  /** `stop` ends it in order, `crash` as if it was killed, `pause` stops all its processes where they are. */
  async tell(command: 'stop' | 'crash' | 'start' | 'pause' | 'resume'): Promise<void> {
    const ref = this.#keeper.stdout as unknown as { ref(): void; unref(): void };
    ref.ref();
    this.#keeper.stdin.write(`${command}\n`);
    const { done } = await this.#answers.next();
    ref.unref();
    if (done === true) throw new Error(`the keeper of the PostgreSQL server has ended before it could ${command}`);
  }
}

let own: Promise<PostgresServer> | undefined;

/** The one server of this run that belongs to it, whatever other the tests are given. */
export function ownServer(): Promise<PostgresServer> {
  return (own ??= PostgresServer.start());
}

/** Where databases are made for tests: OCM_TEST_PG_URL, or the server of this run. */
async function adminUrl(): Promise<string> {
  return process.env['OCM_TEST_PG_URL'] ?? (await ownServer()).url;
}

async function admin(text: string, url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Short: a test does not wait. */
export function settingsOf(url: string): PostgresSettings {
  return { url, connections: 10, connectTimeoutMs: 5000, statementTimeoutMs: 10_000 };
}

const templates = new Map<string, Promise<string>>();

/** A database with the gateway's tables, made once for all test files and copied. */
async function makeTemplate(url: string): Promise<string> {
  const name = `ocm_test_${randomUUID().slice(0, 8)}_template`;
  await admin(`CREATE DATABASE ${name}`, url);
  if (url !== (await own)?.url) dropAtEnd(name, url);
  const client = new PostgresClient(settingsOf(databaseUrl(url, name)), 'tests');
  await migrate(client);
  await client.close();
  return name;
}

/** A server that is not ours outlives the run: it is left as it was found. */
function dropAtEnd(name: string, url: string): void {
  process.once('beforeExit', () => {
    void admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, url);
  });
}

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/** A database of its own, with the gateway's tables and nothing in them, on the server of this run or the one given, by itself or by its url. */
export async function makeDatabase(server?: PostgresServer | string): Promise<TestDatabase> {
  const url = (typeof server === 'string' ? server : server?.url) ?? (await adminUrl());
  let template = templates.get(url);
  if (template === undefined) templates.set(url, (template = makeTemplate(url)));
  const name = `ocm_test_${randomUUID().slice(0, 8)}`;
  // as a copy of files: nothing is written to disk in between
  await admin(`CREATE DATABASE ${name} TEMPLATE ${await template} STRATEGY FILE_COPY`, url);
  return { name, url: databaseUrl(url, name), drop: () => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, url) };
}

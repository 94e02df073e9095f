import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { importsOf, splitSource } from './support/source-text.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Room {
  /** What its files may import beside each other: rooms or files, by how their paths begin. */
  readonly may: readonly string[];
  readonly because: string;
}

const DOMAIN = ['src/campaign', 'src/agent', 'src/record', 'src/journal'];

/** Who imports whom, type imports included. A file belongs to the room with the longest path that fits. */
const ROOMS: Readonly<Record<string, Room>> = {
  'protocol/dictionary': { may: [], because: 'data that everybody may name; what it needs would be needed by all' },
  protocol: { may: ['protocol/dictionary'], because: 'bytes and values only, so that it can be shipped and fuzzed alone' },
  'src/util': { may: [], because: 'leaves' },
  'src/lists': { may: ['src/util', 'protocol/dictionary'], because: 'what a record is, whoever reads or stores it' },
  'src/config/deployment.ts': { may: ['src/lists', 'src/util/tls-files.ts'], because: 'the result of reading a configuration: types alone, for those who must not read files' },
  'src/config': { may: ['src/config/deployment.ts', 'src/util', 'src/lists', 'protocol/dictionary'], because: 'a file becomes values; nothing runs' },
  'src/log': { may: ['src/util', 'src/config/deployment.ts'], because: 'takes lines; knows nothing of what they say' },
  'src/campaign': { may: ['src/util', 'protocol/dictionary'], because: 'the pure domain: no I/O, no clock, no wire types' },
  'src/agent': { may: ['src/util'], because: 'the pure domain' },
  'src/record': { may: ['src/util', 'protocol/dictionary'], because: 'the pure domain' },
  'src/journal': { may: ['src/util', 'src/campaign'], because: 'rows tell of the events of a campaign group' },
  'src/access': { may: ['src/util', 'src/config/deployment.ts', 'src/campaign'], because: 'who may do what, whatever protocol asks' },
  'src/directory': { may: ['src/util'], because: 'who is connected, whatever a connection is' },
  'src/dialer': { may: ['src/util', 'protocol/dictionary'], because: 'places calls; whose they are and what comes of them is the service\'s' },
  'src/store': { may: ['src/util', 'src/lists'], because: 'SQL over rows; the domain is put together from them by the service' },
  'src/service': {
    may: ['src/util', 'src/lists', 'src/config/deployment.ts', 'protocol/dictionary', 'src/store', 'src/dialer', ...DOMAIN],
    because: 'use cases; whom it answers and tells it knows by interfaces of its own',
  },
  'src/net': {
    may: ['src/util', 'protocol/codec/errors.ts', 'protocol/framing', 'protocol/profile'],
    because: 'knows frames, not meaning',
  },
  'src/user-data': {
    may: ['src/util', 'src/lists', 'src/config/deployment.ts', 'protocol', 'protocol/dictionary', ...DOMAIN],
    because: 'the keys that desktops and HTTP share, without either',
  },
  'src/session': {
    may: ['src/util', 'src/lists', 'src/config/deployment.ts', 'protocol', 'protocol/dictionary', ...DOMAIN, 'src/access', 'src/service', 'src/directory', 'src/net', 'src/log', 'src/user-data'],
    because: 'a message becomes a call of the service; it never sees the store',
  },
  'src/http': {
    may: ['src/util', 'src/lists', 'src/config/deployment.ts', 'protocol', 'protocol/dictionary', ...DOMAIN, 'src/access', 'src/service', 'src/log', 'src/user-data'],
    because: 'as session; what it needs of a session is injected',
  },
  'src/metrics': { may: ['src/util', 'src/service', 'src/net', 'src/session'], because: 'reads what others count and is told what they measure; they know it by interfaces of their own' },
  'src/client': { may: ['src/util', 'protocol', 'protocol/dictionary'], because: 'ships alone: nothing of the gateway behind it' },
  'src/scenario': { may: ['src/util', 'protocol', 'protocol/dictionary'], because: 'plays against any gateway, so it knows none' },
  'src/cli': { may: ['src/util', 'src/lists', 'src/config', 'src/log', 'src/campaign/request-names.ts', 'protocol', 'protocol/dictionary', 'src/client', 'src/scenario'], because: 'the frame of the commands; bodies that run a gateway are in app' },
  'src/app': { may: ['src/', 'protocol'], because: 'puts everything together, and nobody but main imports it' },
  'src/main.ts': { may: ['src/', 'protocol'], because: 'the entry' },
};

/** One room knows each of these; what a library does is behind that room's own interface. */
const ONLY_IN: readonly { readonly module: RegExp; readonly rooms: readonly string[]; readonly because: string }[] = [
  { module: /^winston/, rooms: ['src/log'], because: 'a disabled call of it costs more than decoding a message' },
  { module: /^(?:node:)?(?:net|tls|dgram)$/, rooms: ['src/net', 'src/client', 'src/scenario'], because: 'sockets are opened in one home' },
  { module: /^(?:pg|pg-.*|node-pg-migrate|@electric-sql\/.*)$/, rooms: ['src/store'], because: 'two databases stand behind one client' },
  { module: /^(?:node:)?(?:timers|timers\/promises|perf_hooks)$/, rooms: ['src/util'], because: 'time has one door, util/clock' },
  { module: /^fastify|^@fastify\//, rooms: ['src/http'], because: 'HTTP is one way in of several' },
  { module: /^prom-client/, rooms: ['src/metrics'], because: 'what is counted in the loop that tells thousands is a plain number' },
  { module: /^(?:yaml)$/, rooms: ['src/config'], because: 'configuration is read in one place' },
  { module: /^binary-parser/, rooms: ['protocol'], because: 'the grammar is declared once' },
];

/** Address arithmetic opens no socket, nor do types. */
const NO_SOCKET = new Set(['BlockList', 'isIP', 'isIPv4', 'isIPv6', 'type Socket', 'type Server']);

/** A socket's own setTimeout is no clock of ours. */
const CLOCKS = /(?<!socket\.)\b(?:Date|setTimeout|setInterval|hrtime|performance)\b/;
const SQL_CLOCKS = /\bnow\s*\(\s*\)|\bcurrent_(?:timestamp|time|date)\b|\blocaltime(?:stamp)?\b|\b(?:clock|statement|transaction)_timestamp\b|\btimeofday\s*\(/i;

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: { readonly from: string; readonly names: readonly string[] }[];
  /** The files of ours that it imports. */
  readonly ours: readonly string[];
}

function readSources(): SourceFile[] {
  const paths = ['protocol', 'src'].flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${top}/${name}`),
  );
  return paths.map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const imports = importsOf(text);
    const ours = imports.filter(({ from }) => from.startsWith('.')).map(({ from }) => normalize(join(dirname(path), from)).replace(/\.js$/, '.ts'));
    return { path, text, imports, ours };
  });
}

const sources = readSources();

function roomOf(path: string): string | undefined {
  const fits = Object.keys(ROOMS).filter((room) => path === room || path.startsWith(`${room}/`));
  return fits.toSorted((a, b) => b.length - a.length)[0];
}

/** Whether `target` is the room, in it, or in a part of the tree that `allowed` names. */
function isOf(target: string, allowed: string): boolean {
  return target === allowed || target.startsWith(allowed.endsWith('/') ? allowed : `${allowed}/`);
}

function breaches(find: (source: SourceFile) => readonly string[]): string[] {
  return sources.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`));
}

describe('architecture', () => {
  it('reads the whole tree', () => {
    expect(sources.length).to.be.greaterThan(100);
    const missing = breaches(({ ours }) => ours.filter((target) => !sources.some(({ path }) => path === target)));
    expect(missing, 'imports that lead nowhere').to.deep.equal([]);
  });

  it('has a room for every file', () => {
    expect(breaches(({ path }) => (roomOf(path) === undefined ? ['belongs to no room of the table'] : []))).to.deep.equal([]);
  });

  it('imports along the table only', () => {
    const found = breaches(({ path, ours }) => {
      const room = roomOf(path) ?? '';
      const { may, because } = ROOMS[room] ?? { may: [], because: '' };
      return ours
        .filter((target) => roomOf(target) !== room && !may.some((allowed) => isOf(target, allowed)))
        .map((target) => `may not import ${target} (${room}: ${because})`);
    });
    expect(found).to.deep.equal([]);
  });

  it('lets nobody but main import app', () => {
    expect(breaches(({ path, ours }) => (isOf(path, 'src/app') || path === 'src/main.ts' ? [] : ours.filter((target) => isOf(target, 'src/app'))))).to.deep.equal([]);
    expect(breaches(({ ours }) => ours.filter((target) => target === 'src/main.ts'))).to.deep.equal([]);
  });

  it('has no import circle', () => {
    expect(circleIn(new Map(sources.map(({ path, ours }) => [path, ours])))).to.equal(undefined);
  });

  it('keeps each library in the room that hides it', () => {
    const found = breaches(({ path, imports }) =>
      imports.flatMap(({ from, names }) =>
        ONLY_IN.filter(({ module, rooms }) => module.test(from) && !rooms.includes(roomOf(path) ?? '') && !(from === 'node:net' && names.length > 0 && names.every((name) => NO_SOCKET.has(name))))
          .map(({ because }) => `may not import ${from} (${because})`),
      ),
    );
    expect(found).to.deep.equal([]);
  });

  it('asks the time through util/clock only', () => {
    const found = breaches(({ path, text }) => {
      if (isOf(path, 'src/util')) return [];
      return splitSource(text).code.split('\n').filter((line) => CLOCKS.test(line)).map((line) => line.trim());
    });
    expect(found).to.deep.equal([]);
    const util = sources.filter(({ path }) => isOf(path, 'src/util') && path !== 'src/util/clock.ts');
    const asking = util.filter(({ text }) => CLOCKS.test(splitSource(text).code.replaceAll('Date.UTC', '')));
    expect(asking.map(({ path }) => path), 'Date.UTC is arithmetic; the rest of util has no clock either').to.deep.equal([]);
  });

  it('gives SQL the time as a parameter', () => {
    const found = breaches(({ text }) => splitSource(text).literals.filter((literal) => SQL_CLOCKS.test(literal)));
    expect(found).to.deep.equal([]);
  });
});

/** A chain of imports that comes back to where it began. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): string | undefined {
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(' -> ');
    if (done.has(path)) return undefined;
    for (const target of imports.get(path) ?? []) {
      const circle = walk(target, [...trail, path]);
      if (circle !== undefined) return circle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of imports.keys()) {
    const circle = walk(path, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('architecture, its own reader', () => {
  it('tells code from comments, strings, templates and regular expressions', () => {
    const text = [
      "const a = /['\"`]/.test(b) ? 'Date in text' : \"x\"; // Date in a comment",
      '/* setTimeout */ const q = `SELECT ${f({ at: Date.now() })} AS "now()" ${`inner ${c}`} end`;',
      'const ratio = total / count / 2;',
    ].join('\n');
    const { code, literals } = splitSource(text);
    expect(code.match(/Date/g), 'the one in the substitution').to.have.length(1);
    expect(code).to.not.match(/setTimeout|comment|SELECT|text/);
    expect(code).to.contain('total / count / 2');
    expect(literals).to.deep.equal(['Date in text', 'x', 'SELECT ', ' AS "now()" ', 'inner ', '', ' end']);
  });

  it('sees every form of import', () => {
    const text = [
      "import { a, type B } from './one.js';",
      "import type {\n  C,\n} from './two.js';",
      "export * from './three.js';",
      "import './four.js';",
      "const x = await import('./five.js');",
      "new Worker(new URL('./six.js', import.meta.url));",
      "// import { no } from './seven.js';",
    ].join('\n');
    expect(importsOf(text).map(({ from }) => from)).to.have.members(['./one.js', './two.js', './three.js', './four.js', './five.js', './six.js']);
    expect(importsOf(text)[0]?.names).to.deep.equal(['a', 'type B']);
    expect(importsOf(text)[1]?.names).to.deep.equal(['type C']);
  });

  it('finds a circle', () => {
    expect(circleIn(new Map([['a', ['b', 'c']], ['b', ['d']], ['c', ['d']], ['d', []]]))).to.equal(undefined);
    expect(circleIn(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]]))).to.equal('b -> c -> b');
  });
});

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { UserError } from '../../src/cli/errors.js';
import { runProgram } from '../../src/cli/program.js';
import type { Commands } from '../../src/cli/program.js';
import { ConfigError } from '../../src/config/config-error.js';
import { RecordCsvError } from '../../src/lists/record-csv-error.js';

interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Name and options of each command that ran. */
  readonly ran: readonly unknown[];
}

/** Runs a command line with bodies that note their options, or throw. */
async function run(line: string, failure?: unknown): Promise<Run> {
  const ran: unknown[] = [];
  const body = (name: string) => (options?: unknown) => {
    ran.push(options === undefined ? [name] : [name, options]);
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  };
  const commands: Commands = {
    start: body('start'),
    import: body('import'),
    export: body('export'),
    lists: body('lists'),
    demo: body('demo'),
    decode: body('decode'),
    request: body('request'),
    desktop: body('desktop'),
    hashPassword: body('hashPassword'),
  };
  let stdout = '';
  let stderr = '';
  const status = await runProgram(line.split(' ').filter((word) => word !== ''), commands, {
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
  });
  return { status, stdout, stderr, ran };
}

describe('a command line', () => {
  const CASES: readonly (readonly [line: string, ran: unknown])[] = [
    ['start --config a.yaml', ['start', { config: 'a.yaml', addIndexes: true }]],
    ['start --config a.yaml --no-index', ['start', { config: 'a.yaml', addIndexes: false }]],
    ['export --config a.yaml --list Spring', ['export', { config: 'a.yaml', list: 'Spring', out: undefined }]],
    ['export --config a.yaml --list Spring out.csv', ['export', { config: 'a.yaml', list: 'Spring', out: 'out.csv' }]],
    ['lists --config a.yaml', ['lists', { config: 'a.yaml', list: undefined, json: false, reclaim: undefined }]],
    ['lists --config a.yaml --list Spring --json --reclaim 200', ['lists', { config: 'a.yaml', list: 'Spring', json: true, reclaim: 200 }]],
    ['import --config a.yaml --list Spring r.csv', ['import', { config: 'a.yaml', list: 'Spring', records: 'r.csv', skipBad: false }]],
    ['import r.csv --skip-bad --list=Spring --config=a.yaml', ['import', { config: 'a.yaml', list: 'Spring', records: 'r.csv', skipBad: true }]],
    ['demo', ['demo']],
    ['hash-password', ['hashPassword']],
    ['lists --config a.yaml --client boss --password-env B', ['lists', { config: 'a.yaml', list: undefined, json: false, reclaim: undefined, client: 'boss', passwordEnv: 'B' }]],
    ['decode -', ['decode', { input: '-', encode: false, binary: false, reveal: [] }]],
    [
      'request load-campaign --campaign 101 --group 732 --auto-completion 1',
      ['request', { name: 'GSW_CM_ReqLoadCampaign', campaign: 101, group: 732, autoCompletion: 1, client: 'ocm-gateway request', timeoutMs: 10_000 }],
    ],
    [
      'request StartDialing --session 1001 --dial-mode Preview --optimize-by 1 --optimize-goal -5 --server [::1]:7010 --timeout 5s --client a --password-env B',
      [
        'request',
        {
          name: 'GSW_CM_ReqStartDialing', session: 1001, dialMode: 3, optimizeBy: 1, optimizeGoal: -5,
          server: { host: '::1', port: 7010 }, timeoutMs: 5000, client: 'a', passwordEnv: 'B',
        },
      ],
    ],
    ['desktop --agent 1001 --dn 7001 --tls --ca a.pem', ['desktop', { agent: '1001', dn: '7001', client: 'ocm-gateway desktop', timeoutMs: 10_000, tls: true, ca: 'a.pem' }]],
    ['lists --config a.yaml --ca a.pem --cert b.pem --key b.key', ['lists', { config: 'a.yaml', list: undefined, json: false, reclaim: undefined, ca: 'a.pem', cert: 'b.pem', key: 'b.key' }]],
    ['request load-campaign --session 1 --cert b.pem --key b.key', ['request', { name: 'GSW_CM_ReqLoadCampaign', session: 1, client: 'ocm-gateway request', timeoutMs: 10_000, cert: 'b.pem', key: 'b.key' }]],
    ['desktop --agent 1001 --dn 7001', ['desktop', { agent: '1001', dn: '7001', client: 'ocm-gateway desktop', timeoutMs: 10_000 }]],
    [
      'desktop --agent 1001 --dn 7001 --campaign Spring --config a.yaml --client b --password-env C --agent-password-env D --timeout 1m',
      [
        'desktop',
        { agent: '1001', dn: '7001', campaign: 'Spring', config: 'a.yaml', client: 'b', passwordEnv: 'C', agentPasswordEnv: 'D', timeoutMs: 60_000 },
      ],
    ],
    [
      'decode --encode --binary --reveal A=1 --reveal B=x=y t.trace',
      ['decode', { input: 't.trace', encode: true, binary: true, reveal: [{ key: 'A', value: '1' }, { key: 'B', value: 'x=y' }] }],
    ],
  ];
  for (const [line, ran] of CASES) {
    it(`ocm-gateway ${line}`, async () => {
      expect(await run(line)).to.deep.equal({ status: 0, stdout: '', stderr: '', ran: [ran] });
    });
  }
});

describe('a command line that cannot be understood', () => {
  const CASES: readonly (readonly [line: string, says: string, usage: string])[] = [
    ['', 'missing command', 'ocm-gateway <command> [options]'],
    ['stop', "unknown command 'stop'", 'ocm-gateway <command> [options]'],
    ['help', "unknown command 'help'", 'ocm-gateway <command> [options]'],
    ['--config x', "unknown option '--config'", 'ocm-gateway <command> [options]'],
    ['start', "'--config <file>' not specified", 'ocm-gateway start --config FILE [--no-index]'],
    ['start --config', 'argument missing', 'ocm-gateway start --config FILE [--no-index]'],
    ['start --config a b', 'too many arguments', 'ocm-gateway start --config FILE [--no-index]'],
    ['start --config a --verbose', "unknown option '--verbose'", 'ocm-gateway start --config FILE [--no-index]'],
    ['import --config a --list b', "missing required argument 'records'", 'ocm-gateway import --config FILE --list NAME [--skip-bad] [options] RECORDS.csv'],
    ['import --config a r.csv', "'--list <name>' not specified", 'ocm-gateway import --config FILE --list NAME [--skip-bad] [options] RECORDS.csv'],
    ['lists --config a --reclaim x', 'DBID of an application', 'ocm-gateway lists --config FILE [--list NAME] [--json] [--reclaim APP_ID] [options]'],
    ['export --config a', "'--list <name>' not specified", 'ocm-gateway export --config FILE --list NAME [options] [OUT.csv]'],
    ['demo x', 'too many arguments', 'ocm-gateway demo [options]'],
    ['decode', "missing required argument 'file'", 'ocm-gateway decode [--encode [--binary]] [--reveal KEY=VALUE]... FILE|-'],
    ['decode --reveal A -', 'KEY=VALUE', 'ocm-gateway decode [--encode [--binary]] [--reveal KEY=VALUE]... FILE|-'],
    ['decode --reveal =1 -', 'KEY=VALUE', 'ocm-gateway decode [--encode [--binary]] [--reveal KEY=VALUE]... FILE|-'],
    ['desktop --agent 1001', "'--dn <dn>' not specified", 'ocm-gateway desktop --agent ID --dn DN [options]'],
    ['desktop --agent 1001 --dn 7001 --server x', 'Expected HOST:PORT', 'ocm-gateway desktop --agent ID --dn DN [options]'],
    ['decode --binary -', "'--binary' needs '--encode'", 'ocm-gateway decode [--encode [--binary]] [--reveal KEY=VALUE]... FILE|-'],
  ];
  for (const [line, says, usage] of CASES) {
    it(`exits with 2 and the usage line: ocm-gateway ${line}`, async () => {
      const { status, stdout, stderr, ran } = await run(line);
      expect({ status, stdout, ran }).to.deep.equal({ status: 2, stdout: '', ran: [] });
      expect(stderr).to.match(/^error: [^\n]+\nUsage: [^\n]+\n$/).and.include(says).and.include(`\nUsage: ${usage}\n`);
    });
  }
});

describe('help', () => {
  it('names every command', async () => {
    const { status, stdout, stderr } = await run('--help');
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    for (const name of ['start', 'import', 'demo', 'decode', 'request', 'desktop', 'hash-password']) expect(stdout).to.match(new RegExp(`^  ${name}\\b`, 'm'));
  });

  for (const name of ['start', 'import', 'demo', 'decode', 'request', 'desktop', 'hash-password']) {
    it(`of ${name} has its usage, an example and its exit status`, async () => {
      const { status, stdout, ran } = await run(`${name} --help`);
      expect({ status, ran }).to.deep.equal({ status: 0, ran: [] });
      expect(stdout).to.match(new RegExp(`^Usage: ocm-gateway ${name} `));
      expect(stdout).to.match(new RegExp(`Examples?:\n  .*ocm-gateway ${name}`)).and.include('Exit status: 0');
    });
  }

  it('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await run('--version')).to.deep.equal({ status: 0, stdout: `${version}\n`, stderr: '', ran: [] });
  });
});

describe('a command that fails', () => {
  const CASES: readonly (readonly [what: string, failure: unknown, status: number, stderr: string])[] = [
    ['foreseen', new UserError('port 7010 is taken; choose another'), 1, 'port 7010 is taken; choose another'],
    ['with a status of its own', new UserError('no such list', 2), 2, 'no such list'],
    ['for its configuration', new ConfigError('Syntax', '', 'a.yaml: line 1'), 1, 'a.yaml: line 1'],
    ['for its records', new RecordCsvError(3, 'age', 'unknown'), 1, 'line 3: unknown'],
    ['with a message of several lines', new UserError('one\n  two\r\nthree'), 1, 'one two three'],
  ];
  for (const [what, failure, status, line] of CASES) {
    it(`${what} says so in one line`, async () => {
      const result = await run('demo', failure);
      expect(result).to.deep.equal({ status, stdout: '', stderr: `ocm-gateway: ${line}\n`, ran: [['demo']] });
    });
  }

  it('for no known reason says how to find it', async () => {
    const { status, stderr } = await run('demo', new TypeError('x is undefined'));
    expect(status).to.equal(1);
    expect(stderr).to.match(/^ocm-gateway: x is undefined; [^\n]*NODE_DEBUG=ocm-gateway[^\n]*\n$/);
    expect((await run('demo', 'just text')).stderr).to.include('just text');
  });
});

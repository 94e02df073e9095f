import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { connectDirect, type DirectClient } from '../../src/client/index.js';
import { type TestApp, startApp } from '../support/app.js';
import { Proxy } from '../support/proxy.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const SPRING = { GSW_CM_AttrCampaignID: 101, GSW_CM_AttrGroupID: 732 };

/** `ocm-gateway desktop` in a process of its own, with its input in our hands. */
class Desktop {
  #stdout = '';
  stderr = '';
  #read = 0;
  #watchers: (() => void)[] = [];
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown[]>;

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [MAIN, 'desktop', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#closed = once(this.#child, 'close');
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      for (const watcher of this.#watchers.splice(0)) watcher();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    void this.#closed.then(() => {
      for (const watcher of this.#watchers.splice(0)) watcher();
    });
  }

  /** What was said, without the times. */
  get lines(): string[] {
    return this.#stdout.split('\n').slice(0, -1).map(withoutTime);
  }

  type(...lines: readonly string[]): void {
    this.#child.stdin?.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** The next line, behind those that were waited for before, that begins so. */
  async until(beginning: string): Promise<string> {
    for (;;) {
      const { lines } = this;
      for (; this.#read < lines.length; this.#read += 1) {
        const line = lines[this.#read];
        if (line?.startsWith(beginning) !== true) continue;
        this.#read += 1;
        return line;
      }
      if (this.#child.exitCode !== null) throw new Error(`no line begins with '${beginning}': ${this.#stdout}${this.stderr}`);
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Ends its input; answers the exit status. */
  end(): Promise<number | null> {
    this.#child.stdin?.end();
    return this.status();
  }

  async status(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}

function withoutTime(line: string): string {
  const [, said] = /^\d\d:\d\d:\d\d (.*)$/.exec(line) ?? [];
  return said === undefined ? line : said.replace(/ {2,}/, ' ').trimEnd();
}

describe('desktop, a process at a gateway', () => {
  let app: TestApp;
  let supervisor: DirectClient;
  const open: Desktop[] = [];

  before(async () => {
    app = await startApp();
    supervisor = await connectDirect({ host: '127.0.0.1', port: app.ports.direct, clientName: 'supervisor' });
    await app.importRows('Spring', 'contact_info,customer_name', ['5550100,"Lovelace, Ada"', '5550101,Grace', '5550102,Edsger', '5550103,Barbara']);
  });
  after(async () => {
    await supervisor.close();
    await app.close();
  });

  beforeEach(async () => {
    await supervisor.request('GSW_CM_ReqLoadCampaign', SPRING);
    await supervisor.request('GSW_CM_ReqStartDialing', SPRING);
  });
  afterEach(async () => {
    for (const desktop of open.splice(0)) await desktop.end();
    const { attributes } = await supervisor.request('GSW_CM_ReqGetCampaignStatus', SPRING);
    if (attributes.GSW_CM_AttrGroupCampaignStatus !== 0) await supervisor.request('GSW_CM_ReqForceUnloadCampaign', SPRING);
  });

  const desktop = (port: number, ...more: readonly string[]): Desktop => {
    const opened = new Desktop(['--agent', '1001', '--dn', '7001', '--server', `127.0.0.1:${port}`, ...more]);
    open.push(opened);
    return opened;
  };

  it('works a record from a script, logs out at its end and exits with 0', async () => {
    const script = desktop(app.ports.tevents);
    script.type('# a morning', 'ready', 'wait CampaignStarted', 'start', 'take', 'done noanswer customer_name="Ada L."', 'take', 'reject', 'over');
    expect(await script.end()).to.equal(0);
    const [login, ...lines] = script.lines;
    expect(login).to.equal('EventAgentLogin agent 1001 on DN 7001; help lists the commands');
    const handles = lines.flatMap((line) => /^PreviewRecord record (\d+) /.exec(line)?.[1] ?? []);
    expect(lines.filter((line) => !line.startsWith('CampaignStarted '))).to.deep.equal([
      'EventAgentReady',
      'PreviewDialingModeStartAcknowledge Spring',
      `PreviewRecord record ${handles[0]} of Spring, 5550100, attempts 0, customer_name='Lovelace, Ada'`,
      `RecordProcessedAcknowledge record ${handles[0]} of Spring, result NoAnswer`,
      `PreviewRecord record ${handles[1]} of Spring, 5550101, attempts 0, customer_name='Grace'`,
      `RecordRejectAcknowledge record ${handles[1]} of Spring`,
      'PreviewDialingModeOverAcknowledge Spring',
      'EventAgentLogout agent 1001',
    ]);
    expect(lines).to.include('CampaignStarted Spring@Sales, Preview');
    expect(script.stderr).to.equal('');
    // the agent is not on that DN any more
    const next = desktop(app.ports.tevents, '--dn', '7002');
    await next.until('EventAgentLogin');
    expect(await next.end()).to.equal(0);
  });

  it('says what happens as it comes, and what it has in hand', async () => {
    const shown = desktop(app.ports.tevents);
    await shown.until('CampaignStarted');
    shown.type('take');
    const record = await shown.until('PreviewRecord');
    const handle = /record (\d+)/.exec(record)?.[1] ?? '';
    shown.type('record');
    expect(await shown.until('  GSW_PHONE')).to.match(/'555010\d'$/);
    shown.type('state');
    await shown.until(`logged in | Spring running | record ${handle}`);
    await supervisor.request('GSW_CM_ReqForceUnloadCampaign', SPRING);
    expect(await shown.until('RecordCancel')).to.equal(`RecordCancel record ${handle} of Spring`);
    await shown.until('CampaignStopped Spring@Sales, Preview');
    await shown.until('CampaignUnloaded Spring@Sales');
    shown.type('record', 'take', 'state');
    await shown.until('? there is no record in hand');
    expect(await shown.until('PreviewRecordRequest')).to.match(/^PreviewRecordRequest refused: CampaignNotLoaded \(7\): ./);
    await shown.until('logged in | Spring');
    expect(await shown.end()).to.equal(0);
  });

  it('comes back after its connection was lost, as it was', async () => {
    const proxy = await Proxy.open(app.ports.tevents);
    const cut = desktop(proxy.port);
    cut.type('ready');
    await cut.until('EventAgentReady');
    proxy.cut();
    await cut.until('connection the ');
    await cut.until('connection is there again, with agent 1001 ready');
    await cut.until('CampaignStarted');
    cut.type('take', 'reject', 'state');
    await cut.until('RecordRejectAcknowledge');
    await cut.until('ready | Spring running');
    expect(await cut.end()).to.equal(0);
    await proxy.close();
  });

  it('exits with 1 where its agent cannot be logged out', async () => {
    const proxy = await Proxy.open(app.ports.tevents);
    const cut = desktop(proxy.port);
    await cut.until('EventAgentLogin');
    await proxy.close();
    await cut.until('connection the ');
    cut.type('ready');
    await cut.until('connection RequestAgentReady was not sent');
    expect(await cut.end()).to.equal(1);
    expect(cut.stderr).to.match(/^ocm-gateway: agent 1001 was not logged out: [^\n]+\n$/);
  });

  it('leaves at quit, without the lines behind it', async () => {
    const quit = desktop(app.ports.tevents);
    quit.type('ready', 'quit', 'notready');
    expect(await quit.status()).to.equal(0);
    expect(quit.lines.at(-1)).to.equal('EventAgentLogout agent 1001');
    expect(quit.lines.join('\n')).to.include('EventAgentReady').and.not.include('EventAgentNotReady');
  });

  it('logs out at a signal, whatever it was waiting for, and tells of records that were not ended', async () => {
    const stopped = desktop(app.ports.tevents, '--campaign', 'Spring');
    stopped.type('take', 'wait Nothing 10m');
    await stopped.until('PreviewRecord');
    stopped.signal('SIGTERM');
    expect(await stopped.status()).to.equal(0);
    expect(stopped.lines.at(-1)).to.equal('EventAgentLogout agent 1001; 1 of its records had not been ended');
  });

  it('exits with 1 when another desktop takes its agent over', async () => {
    const older = desktop(app.ports.tevents);
    await older.until('EventAgentLogin');
    const newer = desktop(app.ports.tevents);
    await newer.until('EventAgentLogin');
    expect(await older.status()).to.equal(1);
    expect(older.stderr).to.match(/^ocm-gateway: RequestAgentLogin was refused: AgentAlreadyLoggedIn \(527\): [^\n]+\n$/);
    expect(older.lines.some((line) => line.startsWith('EventError 527: '))).to.equal(true);
    expect(await newer.end()).to.equal(0);
  });

  it('exits with 1 where its agent is not known, or nobody is there', async () => {
    const unknown = desktop(app.ports.tevents, '--agent', '4711');
    expect(await unknown.end()).to.equal(1);
    expect(unknown.stderr).to.match(/^ocm-gateway: RequestAgentLogin was refused: UnknownAgent \(10004\): [^\n]+\n$/);
    const nobody = desktop(1);
    expect(await nobody.end()).to.equal(1);
    expect(nobody.stderr).to.match(/^ocm-gateway: 127\.0\.0\.1:1 cannot be reached: [^\n]+\n$/);
  });
});

import { rm } from 'node:fs/promises';
import { systemClock } from '../../src/util/clock.js';
import { seededRandom } from '../support/random.js';
import { isClean, type SoakOutcome } from './account.js';
import { Campaigns } from './campaigns.js';
import { Checks } from './checks.js';
import { groupsOf, type SoakGroup } from './deployment.js';
import { noCounts, SoakDesktop } from './desktop.js';
import { readHolding, readMemory } from './holding.js';
import { type Holding, judgeHolding, judgeMemory, type MemorySample, TREND_MS } from './invariants/leaks.js';
import { type Breach, Verdicts } from './invariants/verdicts.js';
import type { SoakOptions } from './options.js';
import { planFaults } from './plan.js';
import { Records } from './records.js';
import { openSite, type Site } from './site.js';
import { readRest } from './snapshot.js';
import { Stop } from './stop.js';
import { Subscriber } from './subscriber.js';

const LOOK_MS = 300;
const SUBSCRIBERS = 3;
const SAMPLE_MS = 5000;
/** All desktops come within this time. */
const RAMP_MS = 4000;
/** How long it may take until nothing is left to dial, and until a gateway has let go of what its clients had. */
const REST_MS = 180_000;
const LET_GO_MS = 15_000;
/** From which part of the time on memory is watched: the gateway is not ended any more. */
const LAST_THIRD = 2 / 3;

/** Runs a soak to its end, or to the first breach. `say` is called with a line of progress now and then. */
export async function runSoak(options: SoakOptions, say: (text: string) => void): Promise<SoakOutcome> {
  const run = new Run(options, say);
  return run.run();
}

interface Players {
  readonly checks: Checks;
  readonly campaigns: Campaigns;
  readonly desktops: readonly SoakDesktop[];
  readonly subscribers: readonly Subscriber[];
  readonly records: Records;
  readonly random: () => number;
}

class Run {
  readonly #startMs = systemClock.now();
  readonly #verdicts = new Verdicts((breach) => this.#fail(breach));
  /** Never resolves; rejects at the first breach or failure. */
  readonly #failed: Promise<never>;
  #fail: (reason: Breach | Error) => void = () => undefined;
  readonly #groups: readonly SoakGroup[];
  readonly #desktopCounts = noCounts();
  /** Ends what is done to the gateway, the desktops' work, and everything else. */
  readonly #stops = { faults: new Stop(), desktops: new Stop(), rest: new Stop() };
  readonly #jobs: Promise<void>[] = [];
  readonly #memory: MemorySample[] = [];
  readonly #notJudged: string[] = [];

  constructor(
    private readonly options: SoakOptions,
    private readonly say: (text: string) => void,
  ) {
    this.#groups = groupsOf(options.groups, options.desktops);
    this.#failed = new Promise((_, reject) => (this.#fail = reject));
    // told by whoever races against it
    this.#failed.catch(() => undefined);
  }

  async run(): Promise<SoakOutcome> {
    const { options } = this;
    const site = await openSite({ options, groups: this.#groups, stop: this.#stops.rest, onFailed: (error) => this.#fail(error) });
    const random = seededRandom(options.seed + 1);
    const records = new Records(site.client, () => site.gateway.ports?.http, this.#stops.rest);
    const checks = new Checks({ groups: this.#groups, client: site.client, gateway: site.gateway, records, dialedFile: site.dialedFile, verdicts: this.#verdicts, random, vacuums: options.store === undefined, stop: this.#stops.rest });
    const campaigns = new Campaigns({ groups: this.#groups, client: site.client, records, httpPort: () => site.gateway.ports?.http, random, stop: this.#stops.rest });
    const desktops = this.#desktops(site, checks);
    const subscribers = Array.from({ length: SUBSCRIBERS }, () => new Subscriber(this.#groups, (listening) => checks.listeningOver(listening)));
    let failure: Error | undefined;
    const played = this.#play(site, { checks, campaigns, desktops, subscribers, records, random });
    try {
      await Promise.race([played, this.#failed]);
    } catch (error) {
      if (this.#verdicts.breaches.length === 0) failure = error instanceof Error ? error : new Error(String(error));
    }
    for (const stop of Object.values(this.#stops)) stop.stop();
    await Promise.all([...desktops, ...subscribers].map((client) => client.close()));
    // what is away comes back before anything is closed
    await Promise.allSettled([...this.#jobs, played]);
    await site.close();
    const outcome = {
      options,
      seconds: (systemClock.now() - this.#startMs) / 1000,
      counts: {
        records: { added: records.count, final: checks.finals.count, called: checks.counts.dialed, acknowledgedResults: checks.counts.results },
        groups: { ...campaigns.counts, completions: checks.journal.completions, unloads: checks.journal.unloads },
        gateway: { ...site.gateway.counts },
        store: { restarts: site.faults.counts.restart, crashes: site.faults.counts.crash, pauses: site.faults.counts.pause, cutOff: site.faults.counts.cutOff },
        lines: { ...site.faults.lines },
        desktops: { ...this.#desktopCounts },
        told: { notifications: checks.counts.notifications, tenures: checks.counts.tenures, lostOnTheWay: checks.counts.lostOnTheWay, directEvents: checks.counts.directEvents, directLines: checks.counts.directLines },
        checks: { passes: checks.counts.passes, skipped: checks.counts.skipped },
      },
      checks: this.#verdicts.checks,
      breaches: this.#verdicts.breaches,
      failure,
      notJudged: this.#notJudged,
      logs: site.logs,
    };
    if (isClean(outcome) && options.logs === undefined) await rm(site.logs, { recursive: true, force: true });
    return outcome;
  }

  async #play(site: Site, parts: Players): Promise<void> {
    const { checks, campaigns, desktops, subscribers, records, random } = parts;
    const durationMs = this.options.minutes * 60_000;
    const { gateway } = site;
    const base = await this.#holding(site);
    for (const subscriber of subscribers) await subscriber.open(site.toSubscribers.port);
    this.#do(campaigns.run());
    this.#do(checks.run());
    this.#do(this.#tell(site, checks, campaigns));
    this.#do(this.#watchMemory(site, durationMs));
    const working = desktops.map(async (desktop, index) => {
      await this.#stops.desktops.pause((RAMP_MS * index) / desktops.length);
      await desktop.run();
    });
    for (const work of working) this.#do(work);
    const faults = site.faults.run(planFaults(this.options), { gateway, server: site.server, toStore: site.toStore, toDesktops: site.toDesktops, random, stop: this.#stops.faults });
    this.#do(faults);
    await this.#stops.rest.pause(durationMs);
    // also those that had to wait for a gateway that was not there
    await faults;
    if (this.#stops.rest.stopped) return;

    this.say('the end: no more faults and no more records; what is left is dialed');
    this.#stops.faults.stop();
    campaigns.refilling = false;
    await this.#rest(site, checks);
    this.#stops.desktops.stop();
    await Promise.all(working);
    this.say('everything is final: the desktops leave');
    await Promise.all(desktops.map((desktop) => desktop.flush()));
    await Promise.all([...desktops, ...subscribers].map((client) => client.finish()));
    this.say('all are logged out: what is left is looked at');
    await checks.last();
    this.#verdicts.check('kept', checks.finals.count === records.count, () => `${records.count} records were added, ${checks.finals.count} became final`);
    judgeHolding(base, await this.#letGo(site), this.#verdicts);
    if (!judgeMemory(this.#memory, this.#verdicts)) this.#notJudged.push(`growth of memory: no gateway has lived for ${TREND_MS / 1000} s in the last third`);
    this.say('the gateway stops');
    await gateway.stop();
    await checks.last();
  }

  /** A part that runs beside the others: its failure is the soak's. */
  #do(job: Promise<void>): void {
    job.catch((error: unknown) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#jobs.push(job);
  }

  #desktops(site: Site, checks: Checks): SoakDesktop[] {
    return this.#groups.flatMap((group) =>
      group.agents.map(
        (agentId) =>
          new SoakDesktop({
            agentId,
            group,
            port: site.toDesktops.port,
            random: seededRandom(this.options.seed + Number(agentId)),
            stop: this.#stops.desktops,
            counts: this.#desktopCounts,
            onAcknowledged: (phone, result) => checks.acknowledged(group.table, phone, result),
            onTenure: (tenure) => checks.tenureOver(tenure),
          }),
      ),
    );
  }

  /** Resolves when every record is final and every group has completed. */
  async #rest({ client, gateway }: Site, checks: Checks): Promise<void> {
    const untilMs = systemClock.now() + REST_MS;
    for (;;) {
      const left = await readRest(client, this.#groups);
      const loaded = await client.query('SELECT 1 FROM ocm_campaign_group WHERE status <> 0');
      if (left.length === 0 && loaded.length === 0 && gateway.ports !== undefined) return;
      if (systemClock.now() > untilMs) {
        checks.kept.atRest(left);
        throw new Error(`${loaded.length} campaign groups have not completed ${REST_MS / 1000} s after the last fault`);
      }
      await this.#stops.rest.pause(LOOK_MS);
      if (this.#stops.rest.stopped) return;
    }
  }

  async #holding({ client, gateway, timersFile }: Site): Promise<Holding> {
    const agents = await client.query('SELECT 1 FROM ocm_agent_login');
    return readHolding(gateway.ports?.http ?? 0, gateway.pid, timersFile, agents.length);
  }

  /** What the gateway holds when it has had time to let go of everything. */
  async #letGo(site: Site): Promise<Holding> {
    const untilMs = systemClock.now() + LET_GO_MS;
    for (;;) {
      const holding = await this.#holding(site);
      if ((holding.connections === 0 && holding.agents === 0) || systemClock.now() > untilMs) return holding;
      await this.#stops.rest.pause(LOOK_MS);
    }
  }

  async #watchMemory({ gateway }: Site, durationMs: number): Promise<void> {
    const { rest, faults } = this.#stops;
    await faults.pause(durationMs * LAST_THIRD);
    while (!faults.stopped && !rest.stopped) {
      const sample = gateway.ports === undefined ? undefined : await readMemory(gateway.ports.http, gateway.pid);
      if (sample !== undefined) this.#memory.push(sample);
      await faults.pause(SAMPLE_MS);
    }
  }

  async #tell({ gateway, toDesktops, faults }: Site, checks: Checks, campaigns: Campaigns): Promise<void> {
    const { rest } = this.#stops;
    while (!rest.stopped) {
      await rest.pause(SAMPLE_MS);
      const seconds = ((systemClock.now() - this.#startMs) / 1000).toFixed(0);
      const { kills } = gateway.counts;
      this.say(
        `${seconds.padStart(5)} s  ${toDesktops.lines.length} lines, ${checks.finals.count} records final, ${campaigns.counts.loads} loads, ${checks.journal.completions} completions, ` +
          `${checks.counts.notifications} notifications compared, ${kills} kills, store away ${faults.counts.restart + faults.counts.crash + faults.counts.pause + faults.counts.cutOff} times, ${faults.lines.cut} lines cut`,
      );
    }
  }
}

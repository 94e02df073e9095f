import type { DirectClient } from '../../src/client/index.js';
import { systemClock } from '../../src/util/clock.js';
import { sampleOf } from '../metrics/support.js';
import { HOST, SPRING, type TestGateway } from '../support/gateway.js';

type At = Pick<TestGateway, 'ports'>;

const LOOK_MS = 10;

/** What /metrics says, at this moment. */
export async function scrape({ ports }: At): Promise<string> {
  return (await fetch(`http://${HOST}:${ports.http}/metrics`)).text();
}

/** Looks at /metrics until a figure is as it should be, and answers all of them; the test's time-out ends the wait. */
export async function figuresUntil(gateway: At, name: string, labels: Readonly<Record<string, string>>, holds: (value: number) => boolean): Promise<string> {
  for (;;) {
    const text = await scrape(gateway);
    if (holds(sampleOf(text, name, labels) ?? 0)) return text;
    await new Promise<void>((resolve) => void systemClock.after(LOOK_MS, resolve, { keepAlive: true }));
  }
}

/** How often connections of a dialect were closed for a reason. */
export async function closedFor(gateway: At, dialect: string, reason: string): Promise<number> {
  return sampleOf(await scrape(gateway), 'ocm_connections_closed_total', { dialect, reason }) ?? 0;
}

/** A client is answered each time it asks, one by one, until the promise is settled; answers how often. */
export async function answersUntil(settled: Promise<unknown>, client: DirectClient): Promise<number> {
  let answers = 0;
  let over = false;
  void settled.then(() => (over = true), () => (over = true));
  while (!over) {
    await client.request('GSW_CM_ReqGetCampaignStatus', { GSW_CM_AttrSessionID: SPRING.dbid });
    answers += 1;
  }
  return answers;
}

import { connectDirect } from '../../../src/client/index.js';
import { systemClock } from '../../../src/util/clock.js';
import { HOST } from '../gateway.js';
import type { ProcessPorts } from '../gateway-process.js';
import { customerOf, dbidsOf, phonesOf, type ProgressCampaign } from './deployment.js';

/** Fills a campaign's list. */
export async function fillList({ http }: ProcessPorts, index: number, campaign: ProgressCampaign): Promise<void> {
  const answer = await fetch(`http://${HOST}:${http}/lists/${campaign.name}/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: ['contact_info,customer_name', ...phonesOf(index, campaign).map((phone) => `${phone},${customerOf(phone)}`)].join('\n'),
  });
  if (answer.status !== 200) throw new Error(`the records were not imported: ${await answer.text()}`);
}

/** Loads campaigns with GSW_AUTO_COMPLETION, by their places in the deployment, and starts them in their configured mode. */
export async function startCampaigns({ direct }: Pick<ProcessPorts, 'direct'>, indexes: readonly number[]): Promise<void> {
  const supervisor = await connectDirect({ host: HOST, port: direct, clientName: 'supervisor' });
  const AUTO_COMPLETION = [{ key: 'GSW_AUTO_COMPLETION', value: { type: 'int', value: 1 } }] as const;
  for (const index of indexes) {
    const { campaign, group } = dbidsOf(index);
    const which = { GSW_CM_AttrCampaignID: campaign, GSW_CM_AttrGroupID: group };
    await supervisor.request('GSW_CM_ReqLoadCampaign', { ...which, GSW_CM_AttrProperties: AUTO_COMPLETION });
  }
  for (const index of indexes) {
    const { campaign, group } = dbidsOf(index);
    await supervisor.request('GSW_CM_ReqStartDialing', { GSW_CM_AttrCampaignID: campaign, GSW_CM_AttrGroupID: group });
  }
  await supervisor.close();
}

/** Rejects with what `describe` says when the time is over. */
export async function late(timeoutMs: number, describe: () => string): Promise<never> {
  await new Promise<void>((resolve) => void systemClock.after(timeoutMs, resolve));
  throw new Error(`not at its end after ${timeoutMs} ms: ${describe()}`);
}

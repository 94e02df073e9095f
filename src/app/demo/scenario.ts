import { DialMode, GroupCampaignStatus, nameOf } from '../../../protocol/index.js';
import { connectDirect, type DirectClient } from '../../client/index.js';
import type { CampaignGroup } from '../../config/deployment.js';
import type { Clock } from '../../util/clock.js';
import { Desk, type DeskPlan } from './desk.js';
import type { Observed, SupervisorEvent } from './observed.js';
import type { Progress } from './progress.js';
import type { Stage } from './stage.js';

const HOST = '127.0.0.1';
/** The request of the issue, word for word; so is the path it is sent to. */
const LOAD_BODY = '{"data": {"campaignId":101, "requestProperties":[{"key":"GSW_AUTO_COMPLETION", "value":1}], "groupId":732}}';
const SERVER_DBID = 156;

export interface ScenarioParts {
  readonly stage: Stage;
  /** The file of records, as it is imported. */
  readonly records: Uint8Array;
  readonly clock: Clock;
  /** Tells what is being done. */
  readonly say: (what: string) => void;
  readonly progress: (total: number) => Progress;
  /** Has something undone at the end, whatever happens. */
  readonly defer: (undo: () => Promise<void>) => void;
}

/** The main job, start to finish: records in, agents at their desks, loaded with the flag on, started, and left to complete by itself. */
export async function playScenario(parts: ScenarioParts): Promise<Observed> {
  const { stage, say } = parts;
  const url = `http://${HOST}:${stage.ports.http}`;
  const group = groupOf(stage);

  const records = await importRecords(url, parts.records, group);
  say(`imported ${records} records into list ${listOf(group)}`);

  const desks = await openDesks(parts, group);
  for (const { plan } of desks) say(`${plan.name} (agent ${plan.agentId}, group ${plan.group}) is ready on DN ${plan.dn}`);
  const supervisor = await connectDirect({ host: HOST, port: stage.ports.direct, clientName: 'supervisor', clock: parts.clock });
  parts.defer(() => supervisor.close());
  await supervisor.request('GSW_CM_ReqCampaignRegistered', { GSW_CM_AttrCampaignID: group.campaign.dbid });

  say(`POST ${url}/ocs/v3/servers/${SERVER_DBID}/load-campaign\n   ${LOAD_BODY}`);
  const loadAnswer = await load(url);
  say(`answered ${loadAnswer.httpStatus}: ${JSON.stringify(loadAnswer.body)}`);

  const working = desks.filter(({ plan }) => plan.group === group.group.name);
  const start = async (): Promise<void> => say(`GSW_CM_ReqStartDialing over GSW_CM: ${await startDialing(supervisor, group)}`);
  await Promise.all([workAll(parts, working, group.campaign.name, records), start()]);
  await Promise.all(working.map((desk) => desk.until('CampaignUnloaded')));
  say(`${group.name} has stopped and unloaded by itself`);

  const supervisorEvents = await closeSupervisor(supervisor);
  for (const desk of desks) await desk.close();
  return { agentGroup: group.group.name, records, loadAnswer, desks: desks.map(({ account }) => account), supervisor: supervisorEvents, group: await describeGroup(url, group) };
}

/** The campaign group of the request. */
function groupOf({ deployment }: Stage): CampaignGroup {
  const { data } = JSON.parse(LOAD_BODY) as { data: { campaignId: number; groupId: number } };
  const group = deployment.campaignGroups.find(({ campaign, group: agents }) => campaign.dbid === data.campaignId && agents.dbid === data.groupId);
  if (group === undefined) throw new Error(`the deployment has no group ${data.groupId} for campaign ${data.campaignId}`);
  return group;
}

const listOf = ({ campaign }: CampaignGroup): string => campaign.lists[0]?.list.name ?? '';

async function importRecords(url: string, records: Uint8Array, group: CampaignGroup): Promise<number> {
  const answer = await fetch(`${url}/lists/${encodeURIComponent(listOf(group))}/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: records,
  });
  const body = (await answer.json()) as { loaded?: number };
  if (answer.status !== 200 || body.loaded === undefined) throw new Error(`the records were not imported: ${answer.status} ${JSON.stringify(body)}`);
  return body.loaded;
}

/** Every agent of the deployment gets a desk; the DNs of a group begin at 7001, 7101, ... */
async function openDesks({ stage, clock, defer }: ScenarioParts, { group }: CampaignGroup): Promise<Desk[]> {
  const groups = stage.deployment.groups.toSorted((a, b) => Number(b.dbid === group.dbid) - Number(a.dbid === group.dbid));
  const plans = groups.flatMap(({ name, agentIds }, row) =>
    agentIds.map((agentId, seat): DeskPlan => {
      const agent = stage.deployment.agents.find(({ id }) => id === agentId);
      return { agentId, name: agent?.name ?? agentId, dn: String(7001 + 100 * row + seat), group: name };
    }),
  );
  const desks: Desk[] = [];
  for (const plan of plans) {
    const desk = await Desk.open(plan, { host: HOST, port: stage.ports.tevents, clock });
    defer(() => desk.leave());
    desks.push(desk);
  }
  return desks;
}

async function load(url: string): Promise<Observed['loadAnswer']> {
  const answer = await fetch(`${url}/ocs/v3/servers/${SERVER_DBID}/load-campaign`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: LOAD_BODY,
  });
  return { httpStatus: answer.status, body: await answer.json() };
}

async function startDialing(supervisor: DirectClient, group: CampaignGroup): Promise<string> {
  const { attributes } = await supervisor.request('GSW_CM_ReqStartDialing', {
    GSW_CM_AttrCampaignID: group.campaign.dbid,
    GSW_CM_AttrGroupID: group.group.dbid,
    GSW_CM_AttrDialMode: DialMode.Preview,
  });
  const status = nameOf(GroupCampaignStatus, attributes.GSW_CM_AttrGroupCampaignStatus) ?? 'unknown';
  return `${group.name} is ${status} in mode ${nameOf(DialMode, attributes.GSW_CM_AttrDialMode) ?? 'unknown'}`;
}

/** All desks work at once; the promise is theirs, and fails with the first that does. */
async function workAll({ progress }: ScenarioParts, desks: readonly Desk[], campaign: string, records: number): Promise<void> {
  let calls = 0;
  let shown: Progress | undefined;
  const onFinal = (): void => (shown ??= progress(records)).advance();
  try {
    await Promise.all(desks.map((desk) => desk.work(campaign, () => calls++, onFinal)));
  } finally {
    shown?.stop();
  }
}

/** What the supervisor was told unasked; all that was sent before has arrived. */
async function closeSupervisor(supervisor: DirectClient): Promise<SupervisorEvent[]> {
  await supervisor.request('GSW_CM_ReqHeartbeat', {});
  await supervisor.close();
  const told: SupervisorEvent[] = [];
  for await (const { name, attributes } of supervisor.events) {
    if ('GSW_CM_AttrGroupCampaignStatus' in attributes) told.push({ name, status: attributes.GSW_CM_AttrGroupCampaignStatus ?? -1 });
  }
  return told;
}

async function describeGroup(url: string, { dbid }: CampaignGroup): Promise<Observed['group']> {
  const answer = await fetch(`${url}/campaigngroups/${dbid}`);
  return (await answer.json()) as Observed['group'];
}

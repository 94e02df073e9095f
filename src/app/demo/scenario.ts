import { DialMode, GroupCampaignStatus, nameOf } from '../../../protocol/index.js';
import { connectDirect, type DirectClient } from '../../client/index.js';
import type { CallingList, CampaignGroup } from '../../config/deployment.js';
import type { Clock } from '../../util/clock.js';
import { Desk, type DeskPlan } from './desk.js';
import type { GroupLook, Observed, SupervisorEvent } from './observed.js';
import type { Look, Progress } from './progress.js';
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
  readonly progress: (total: number, look: () => Promise<Look>) => Progress;
  /** Has something undone at the end, whatever happens. */
  readonly defer: (undo: () => Promise<void>) => void;
}

/** The main job, start to finish: records in, agents at their desks, loaded with the flag on, started in Progress, and left to complete by itself. */
export async function playScenario(parts: ScenarioParts): Promise<Omit<Observed, 'results'>> {
  const { stage, say } = parts;
  const url = `http://${HOST}:${stage.ports.http}`;
  const group = groupOf(stage);

  const records = await importRecords(url, parts.records, group);
  say(`imported ${records} records into list ${listOf(group).name}`);

  const desks = await openDesks(parts, group);
  for (const { plan } of desks) say(`${plan.name} (agent ${plan.agentId}, group ${plan.group}) is ready on DN ${plan.dn}`);
  const supervisor = await connectDirect({ host: HOST, port: stage.ports.direct, clientName: 'supervisor', clock: parts.clock });
  parts.defer(() => supervisor.close());
  await supervisor.request('GSW_CM_ReqCampaignRegistered', { GSW_CM_AttrCampaignID: group.campaign.dbid });

  say(`POST ${url}/ocs/v3/servers/${SERVER_DBID}/load-campaign\n   ${LOAD_BODY}`);
  const loadAnswer = await load(url);
  say(`answered ${loadAnswer.httpStatus}: ${JSON.stringify(loadAnswer.body)}`);

  const working = desks.filter(({ plan }) => plan.group === group.group.name);
  say(`GSW_CM_ReqStartDialing over GSW_CM: ${await startDialing(supervisor, group)}`);
  say('a simulated switch calls one number for each free agent; an answered call goes to the agent who has been ready longest');
  await untilUnloaded(parts, working, records, () => describeGroup(url, group));
  say(`${group.name} has stopped and unloaded by itself`);

  const supervisorEvents = await closeSupervisor(supervisor);
  for (const desk of desks) await desk.close();
  return { agentGroup: group.group.name, records, loadAnswer, desks: desks.map(({ account }) => account), supervisor: supervisorEvents, group: await describeGroup(url, group) };
}

/** The campaign group of the request. */
export function groupOf({ deployment }: Pick<Stage, 'deployment'>): CampaignGroup {
  const { data } = JSON.parse(LOAD_BODY) as { data: { campaignId: number; groupId: number } };
  const group = deployment.campaignGroups.find(({ campaign, group: agents }) => campaign.dbid === data.campaignId && agents.dbid === data.groupId);
  if (group === undefined) throw new Error(`the deployment has no group ${data.groupId} for campaign ${data.campaignId}`);
  return group;
}

/** The list that its campaign calls. */
export function listOf({ campaign }: CampaignGroup): CallingList {
  const [first] = campaign.lists;
  if (first === undefined) throw new Error(`campaign ${campaign.name} has no list`);
  return first.list;
}

async function importRecords(url: string, records: Uint8Array, group: CampaignGroup): Promise<number> {
  const answer = await fetch(`${url}/lists/${encodeURIComponent(listOf(group).name)}/import`, {
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
    [...agentIds].map((agentId, seat): DeskPlan => {
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
    GSW_CM_AttrDialMode: DialMode.Progress,
  });
  const status = nameOf(GroupCampaignStatus, attributes.GSW_CM_AttrGroupCampaignStatus) ?? 'unknown';
  return `${group.name} is ${status} in mode ${nameOf(DialMode, attributes.GSW_CM_AttrDialMode) ?? 'unknown'}`;
}

/** Resolves when all desks know that the campaign group is unloaded; fails with the first that does. */
async function untilUnloaded({ progress }: ScenarioParts, desks: readonly Desk[], records: number, describe: () => Promise<GroupLook>): Promise<void> {
  const look = async (): Promise<Look> => {
    const group = await describe();
    const dialing = group.why.recordsOut.filter(({ agentId }) => agentId === null).length;
    return { final: group.records.final, dialing, agents: desks.map(({ plan, doing }) => `${plan.name} ${doing}`) };
  };
  const shown = progress(records, look);
  try {
    await Promise.all(desks.map((desk) => desk.until('CampaignUnloaded')));
  } finally {
    await shown.stop();
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

async function describeGroup(url: string, { dbid }: CampaignGroup): Promise<GroupLook> {
  const answer = await fetch(`${url}/campaigngroups/${dbid}`);
  return (await answer.json()) as GroupLook;
}

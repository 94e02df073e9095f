import { DialMode, nameOf } from '../../../protocol/dictionary/enumerations.js';
import type { GroupDescription, Why } from '../../service/group-description.js';
import { isoTime } from '../../util/clock.js';
import type { GroupBody } from './schemas.js';

/** A campaign group as JSON: names for numbers, ISO 8601 for times. */
export function describeGroup({ snapshot, records, agents, why }: GroupDescription): GroupBody {
  const { group, status, dialMode, autoCompletion } = snapshot;
  return {
    dbid: group.dbid,
    name: group.name,
    campaignId: group.campaign.dbid,
    groupId: group.group.dbid,
    state: status,
    dialMode: nameOf(DialMode, dialMode) ?? 'NoDialMode',
    autoCompletion,
    records,
    agents,
    why: describeWhy(why),
  };
}

function describeWhy({ autoCompletion, lastRetrieval, checkError, lastCompletion, recordsOut, ...rest }: Why): GroupBody['why'] {
  return {
    ...rest,
    autoCompletion: autoCompletion === undefined ? null : { ...autoCompletion, setAt: isoTime(autoCompletion.setAt) },
    lastRetrieval: lastRetrieval === undefined ? null : { ...lastRetrieval, at: isoTime(lastRetrieval.at) },
    checkError: checkError ?? null,
    recordsOut: [...recordsOut],
    lastCompletion: lastCompletion === undefined ? null : { ...lastCompletion, at: isoTime(lastCompletion.at) },
  };
}

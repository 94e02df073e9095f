import { type KeyName, keys, type KvList } from '../../../protocol/index.js';
import type { GroupTarget } from '../../campaign/requests.js';
import { UserData, UserDataError } from '../../user-data/reader.js';
import type { TEventParts } from './parts.js';

/** What user data names as campaign and group, as far as that can be read: for the audit of a request that was refused. */
export function readableTarget({ deployment: { campaigns, groups } }: TEventParts, list: KvList): GroupTarget {
  const data = new UserData(list);
  const campaignId = readableId(data, keys.GSW_CAMPAIGN_ID, keys.GSW_CAMPAIGN_NAME, campaigns);
  const groupId = readableId(data, keys.GSW_GROUP_ID, keys.GSW_GROUP_NAME, groups);
  return { ...(campaignId !== undefined && { campaignId }), ...(groupId !== undefined && { groupId }) };
}

function readableId(data: UserData, id: KeyName, name: KeyName, objects: readonly { readonly dbid: number; readonly name: string }[]): number | undefined {
  const text = readable(() => data.text(name));
  return readable(() => data.integer(id)) ?? objects.find((one) => one.name === text)?.dbid;
}

/** Undefined, too, where it is of another kind: the refusal says so to the client. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserDataError) return undefined;
    throw error;
  }
}

import { checkTreatments } from './checks-treatments.js';
import { ConfigProblem } from './config-error.js';
import type { Path } from './config-error.js';
import { describeFound } from './describe-found.js';
import type { ConfigContent } from './schema.js';
import { RECORD_FIELDS } from '../lists/record-fields.js';
import { tableNameParts } from '../lists/table-name.js';
import { DialMode } from '../../protocol/dictionary/enumerations.js';
import { isLoopbackHost } from '../util/loopback.js';

type Check = (content: ConfigContent) => void;

const wrong = (path: Path, what: string): ConfigProblem => new ConfigProblem('WrongValue', path, what);

/** Throws ConfigProblem (Duplicate) where two of `values` are the same. */
export function unique(values: readonly (string | number)[], pathAt: (index: number) => Path, expected: string): void {
  const seen = new Set<string | number>();
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) {
      const path = pathAt(index);
      throw new ConfigProblem('Duplicate', path, `found ${describeFound(value, path)} a second time, expected ${expected}`);
    }
    seen.add(value);
  }
}

const OBJECTS = ['timeZones', 'groups', 'callingLists', 'treatments', 'campaigns'] as const;

const distinctObjects: Check = (content) => {
  for (const kind of OBJECTS) {
    unique(content[kind].map(({ dbid }) => dbid), (index) => [kind, index, 'dbid'], 'a DBID of its own');
    unique(content[kind].map(({ name }) => name), (index) => [kind, index, 'name'], 'a name of its own');
  }
  unique(content.campaignGroups.map(({ dbid }) => dbid), (index) => ['campaignGroups', index, 'dbid'], 'a DBID of its own');
  unique(content.agents.map(({ id }) => id), (index) => ['agents', index, 'id'], 'an id of its own');
  unique((content.clients ?? []).map(({ name }) => name), (index) => ['clients', index, 'name'], 'a name of its own');
  unique(content.communicationDns, (index) => ['communicationDns', index], 'every DN once');
};

const distinctMembers: Check = (content) => {
  for (const [group, { agents }] of content.groups.entries()) {
    unique(agents, (index) => ['groups', group, 'agents', index], 'every agent once');
  }
  const tokens = (content.clients ?? []).flatMap(({ token }, index) => (token === undefined ? [] : [{ token, index }]));
  unique(tokens.map(({ token }) => token), (at) => ['clients', tokens[at]?.index ?? 0, 'token'], 'a token of its own');
  for (const [client, { roles }] of (content.clients ?? []).entries()) {
    unique(roles, (index) => ['clients', client, 'roles', index], 'every role once');
  }
};

const tableKey = (table: string): string => JSON.stringify(tableNameParts(table));

/** Two lists on one table would hand out the same row twice; SQL does not tell names apart by case. */
const distinctTables: Check = ({ callingLists, doNotCall }) => {
  const tables = callingLists.map(({ table }) => tableKey(table));
  unique(tables, (index) => ['callingLists', index, 'table'], 'a table of its own');
  if (tables.includes(tableKey(doNotCall.table))) {
    throw new ConfigProblem(
      'Duplicate',
      ['doNotCall', 'table'],
      `found ${JSON.stringify(doNotCall.table)}, which is a calling list's table, expected a table of its own`,
    );
  }
};

const customFields: Check = ({ callingLists }) => {
  const taken = new Set<string>(RECORD_FIELDS.map(({ name }) => name));
  for (const [list, { customFields: fields }] of callingLists.entries()) {
    const names = Object.keys(fields);
    const pathAt = (index: number): Path => ['callingLists', list, 'customFields', names[index] ?? ''];
    const own = names.findIndex((name) => taken.has(name.toLowerCase()));
    if (own >= 0) {
      throw new ConfigProblem('Duplicate', pathAt(own), 'found the name of a field that every list has, expected another');
    }
    unique(names.map((name) => name.toLowerCase()), pathAt, 'every field once');
  }
};

const dailyWindows: Check = ({ callingLists }) => {
  for (const [index, { from, until }] of callingLists.entries()) {
    if (until === from) {
      throw wrong(
        ['callingLists', index, 'until'],
        'found the time of `from`, expected another (an earlier one runs across midnight): nothing would ever be dialed',
      );
    }
  }
};

const dialers: Check = ({ campaignGroups, dialer }) => {
  if (dialer !== undefined) return;
  const index = campaignGroups.findIndex(({ dialMode }) => dialMode !== DialMode.Preview);
  if (index === -1) return;
  throw wrong(['campaignGroups', index, 'dialMode'], 'found a mode that places calls, expected Preview, or a `dialer` that places them');
};

const buffers: Check = ({ campaignGroups }) => {
  for (const [index, { minRecBuffSize, optRecBuffSize }] of campaignGroups.entries()) {
    if (optRecBuffSize <= minRecBuffSize) {
      throw wrong(
        ['campaignGroups', index, 'optRecBuffSize'],
        `found ${optRecBuffSize}, expected more than minRecBuffSize (${minRecBuffSize})`,
      );
    }
  }
};

const limits: Check = ({ limits: { heartbeatInterval, heartbeatTimeout, frameBytes, frameBytesBeforeRegistration } }) => {
  if (heartbeatTimeout <= heartbeatInterval) {
    throw wrong(
      ['limits', 'heartbeatTimeout'],
      `found ${heartbeatTimeout}ms, expected more than heartbeatInterval (${heartbeatInterval}ms): no peer could answer in time`,
    );
  }
  if ((frameBytesBeforeRegistration ?? 0) > frameBytes) {
    throw wrong(
      ['limits', 'frameBytesBeforeRegistration'],
      `found ${frameBytesBeforeRegistration} bytes, expected at most frameBytes (${frameBytes})`,
    );
  }
};

/** How many clients one message names. */
const NAMED_CLIENTS = 10;

/** Clients that get in by their name alone; undefined where there is none. */
function describeOpen(clients: NonNullable<ConfigContent['clients']>): string | undefined {
  const open = clients.flatMap(({ name, password, token }) => (password === undefined && token === undefined ? [JSON.stringify(name)] : []));
  if (open.length === 0) return undefined;
  return open.length > NAMED_CLIENTS ? `${open.slice(0, NAMED_CLIENTS).join(', ')} and ${open.length - NAMED_CLIENTS} more` : open.join(', ');
}

const listeners: Check = ({ listeners: all, clients, tls }) => {
  const entries = Object.entries(all).flatMap(([name, listener]) => (listener === undefined ? [] : [{ name, ...listener }]));
  if (entries.length === 0) {
    throw wrong(['listeners'], 'found no listener, expected at least one of direct, tevents, http');
  }
  const fixed = entries.filter(({ port }) => port !== 0);
  const addresses = fixed.map(({ host, port }) => `${host}:${port}`);
  unique(addresses, (index) => ['listeners', fixed[index]?.name ?? '', 'port'], 'an address of its own');
  const open = clients && describeOpen(clients);
  if (clients !== undefined && open === undefined) return;
  for (const { name, host, tls: own } of entries) {
    if (isLoopbackHost(host)) continue;
    if (open !== undefined && (own?.clientCa ?? tls?.clientCa) !== undefined) continue;
    const why = open === undefined ? 'without `clients` only this machine may connect' : `without a password, a token or a \`clientCa\` anybody could connect as ${open}`;
    throw wrong(['listeners', name, 'host'], `found ${JSON.stringify(host)}, expected 127.0.0.1, ::1 or localhost: ${why}`);
  }
};

const certificates: Check = ({ listeners: all, tls }) => {
  for (const [name, listener] of Object.entries(all)) {
    if (listener === undefined || (tls === undefined && listener.tls === undefined)) continue;
    for (const key of ['cert', 'key'] as const) {
      if (listener.tls?.[key] !== undefined || tls?.[key] !== undefined) continue;
      const path = listener.tls === undefined ? ['tls', key] : ['listeners', name, 'tls', key];
      throw new ConfigProblem('MissingKey', path, 'found nothing, expected a path: TLS needs cert and key, here or in `tls`');
    }
  }
};

/** Everything that no single key can be blamed for. Throws ConfigProblem for the first that is wrong. */
export function checkTogether(content: ConfigContent): void {
  const checks = [
    distinctObjects,
    distinctMembers,
    distinctTables,
    customFields,
    dailyWindows,
    checkTreatments,
    dialers,
    buffers,
    limits,
    listeners,
    certificates,
  ];
  for (const check of checks) check(content);
}

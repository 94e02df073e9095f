import { z } from 'zod';
import { limitsSchema } from './limits.js';
import { choice, dbid, flag, integer, label, parsedText, tableName } from './scalars.js';
import { campaignGroupSchema } from './schema-campaign-group.js';
import { dialerSchema } from './schema-dialer.js';
import { callingListSchema, campaignSchema } from './schema-lists.js';
import { storeSchema } from './schema-store.js';
import { treatmentSchema } from './schema-treatments.js';
import { isScryptHash, parseScryptHash } from '../util/scrypt-hash.js';
import { AGENT_ID_LENGTH } from '../lists/record-fields.js';

const path = () => z.string({ error: 'a path' }).regex(/\S/, { error: 'a path' });

const tlsSchema = () => z.strictObject({ cert: path().optional(), key: path().optional(), clientCa: path().optional() }).optional();

const endpoint = {
  host: z
    .string({ error: 'a host name or address' })
    .regex(/^[\w.:%-]+$/, { error: 'a host name or address' })
    .prefault('127.0.0.1'),
  port: integer(0, 65_535),
  tls: tlsSchema(),
};

const profile = () => choice(['ocm1']).prefault('ocm1');

const listenersSchema = z.strictObject({
  direct: z
    .strictObject({
      ...endpoint,
      profile: profile(),
      unsolicited: choice(['subscribed', 'registered']).prefault('subscribed'),
    })
    .optional(),
  tevents: z.strictObject({ ...endpoint, profile: profile() }).optional(),
  http: z.strictObject(endpoint).optional(),
});

const logSchema = z.strictObject({
  level: choice(['error', 'warn', 'info', 'debug']).prefault('info'),
  file: path().optional(),
  trace: flag().prefault(false),
  traceFile: path().optional(),
  showValues: flag().prefault(false),
});

/** Asks the system's own table of zones, because that is what record times are computed with. */
function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const zoneName = () =>
  parsedText('a time zone such as Europe/Paris or Etc/UTC', (zone) => (isTimeZone(zone) ? zone : undefined));

const HASH = 'text, or a hash as `ocm-gateway hash-password` prints it';

const password = () =>
  z
    .string({ error: 'text (numbers in quotes)' })
    .min(1, { error: 'text that is not empty' })
    .refine((secret) => !isScryptHash(secret) || parseScryptHash(secret) !== undefined, { error: HASH });

/** What a Bearer header can carry, long enough that nobody tries it out. */
const TOKEN = /^[A-Za-z0-9\-._~+/]{16,512}=*$/;

const token = () => password().refine((secret) => isScryptHash(secret) || TOKEN.test(secret), { error: 'at least 16 of the characters A-Z a-z 0-9 - . _ ~ + /, or a hash of them' });

const agentId = () => label('an agent id', AGENT_ID_LENGTH);

const clientSchema = z.strictObject({
  name: label('a name'),
  password: password().optional(),
  token: token().optional(),
  roles: z.array(choice(['agent', 'supervisor', 'monitor'])).min(1, { error: 'at least one role' }),
});

/** The whole file, without the keys of features that are not built yet (unsupported.ts). */
export const configSchema = z.strictObject({
  server: z.strictObject({ dbid: dbid(), name: label('a name').prefault('OCServer') }),
  listeners: listenersSchema,
  store: storeSchema,
  log: logSchema.prefault({}),
  timeZones: z.array(z.strictObject({ dbid: dbid(), name: label('a name'), zone: zoneName() })).prefault([]),
  agents: z.array(z.strictObject({ id: agentId(), name: label('a name'), password: password().optional() })).prefault([]),
  groups: z
    .array(z.strictObject({ dbid: dbid(), name: label('a name'), agents: z.array(agentId()).prefault([]) }))
    .prefault([]),
  callingLists: z.array(callingListSchema).prefault([]),
  treatments: z.array(treatmentSchema).prefault([]),
  doNotCall: z.strictObject({ table: tableName() }).prefault({ table: 'gsw_donotcall_list' }),
  communicationDns: z.array(label('a DN')).prefault([]),
  campaigns: z.array(campaignSchema).prefault([]),
  campaignGroups: z.array(campaignGroupSchema).prefault([]),
  clients: z.array(clientSchema).min(1, { error: 'at least one client, or no such key' }).optional(),
  limits: limitsSchema.prefault({}),
  dialer: dialerSchema.optional(),
  tls: tlsSchema(),
});

/** The file's content: kinds and ranges are right, references between objects are not looked at yet. */
export type ConfigContent = z.output<typeof configSchema>;

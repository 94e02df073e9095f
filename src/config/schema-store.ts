import { z } from 'zod';
import { count, duration, parsedText } from './scalars.js';

type StoreUrl = { readonly kind: 'embedded'; readonly directory: string } | { readonly kind: 'postgres'; readonly url: string };

/** `pglite:` and a directory (`pglite://x` would read a relative directory as an absolute one), or a PostgreSQL server. */
const storeUrl = () =>
  parsedText('pglite: and a directory, such as pglite:./data, or postgres://user@host:port/database', (text): StoreUrl | undefined => {
    const directory = /^pglite:(?!\/\/)(.*\S.*)$/.exec(text)?.[1];
    if (directory !== undefined) return { kind: 'embedded', directory };
    return isServer(text) ? { kind: 'postgres', url: text } : undefined;
  });

/** A database has to be named: the driver would take one of the user's name. */
function isServer(text: string): boolean {
  if (!/^postgres(?:ql)?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { pathname, hostname, searchParams } = new URL(text);
  return pathname.length > 1 && (hostname !== '' || searchParams.has('host'));
}

/** Where records are kept; all but the url is for a PostgreSQL server. */
export const storeSchema = z.strictObject({
  url: storeUrl(),
  /** A gateway that takes every connection a server has keeps out whoever would have to mend it. */
  connections: count(1).prefault(10),
  /** A server that is switched off does not refuse: it says nothing. */
  connectTimeout: duration(1).prefault('5s'),
  /** A server that has stopped in the middle would hold a campaign group for ever. */
  statementTimeout: duration(1).prefault('10s'),
  /** A gateway whose machine is gone leaves its session behind, and nobody else could serve its groups. */
  lease: duration(1).prefault('10s'),
});

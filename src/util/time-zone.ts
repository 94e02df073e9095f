/** Local time in an IANA zone, from the zone data that comes with Node. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  // hourCycle h23: with hour12 false, midnight would read 24
  const fresh = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, fresh);
  return fresh;
}

function localParts(zone: string, atMs: number): Map<string, number> {
  return new Map(formatter(zone).formatToParts(atMs).map((part) => [part.type, Number(part.value)]));
}

/** Seconds since local midnight. */
export function secondOfDay(zone: string, atMs: number): number {
  const part = localParts(zone, atMs);
  return (part.get('hour') ?? 0) * 3600 + (part.get('minute') ?? 0) * 60 + (part.get('second') ?? 0);
}

/** What to add to UTC to get local time, in seconds. */
export function offsetSeconds(zone: string, atMs: number): number {
  const part = localParts(zone, atMs);
  const local = Date.UTC(
    part.get('year') ?? 0,
    (part.get('month') ?? 1) - 1,
    part.get('day') ?? 1,
    part.get('hour') ?? 0,
    part.get('minute') ?? 0,
    part.get('second') ?? 0,
  );
  return Math.round(local / 1000) - Math.floor(atMs / 1000);
}

/** The zone that the process runs in (`TZ`). */
export function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const HOUR_MS = 3_600_000;

/**
 * When a zone's clock shows what `localMs` shows as if it were UTC; milliseconds. A time that the clock
 * shows twice (it was set back) is the first of the two; one that it never shows (it was set on) is
 * taken with the offset from before, so that it comes as much later as the clock was set on.
 */
export function instantOf(zone: string, localMs: number): number {
  const at = (offsetAtMs: number): number => localMs - offsetSeconds(zone, offsetAtMs) * 1000;
  const [before, behind] = [at(localMs - 24 * HOUR_MS), at(localMs + 24 * HOUR_MS)];
  const shown = [before, behind].filter((ms) => ms + offsetSeconds(zone, ms) * 1000 === localMs);
  return shown.length === 0 ? before : Math.min(...shown);
}

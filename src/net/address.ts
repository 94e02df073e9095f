import { isIPv4 } from 'node:net';

/** An IPv4 peer of a dual-stack socket in its IPv4 form, so that one machine is counted under one address. */
export function plainAddress(address: string): string {
  const mapped = address.toLowerCase().startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return isIPv4(mapped) ? mapped : address;
}

/** `host:port`, with brackets around an IPv6 host. */
export function describeAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

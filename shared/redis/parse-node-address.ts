import type { NodeAddress } from './cluster-connection.ts';

/** Reads `host:port`, an IPv6 address in brackets. */
export function parseNodeAddress(text: string): NodeAddress {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(text.slice(colon + 1)) };
}

import { InvalidArgumentError } from 'commander';

/** Reads a port of the command line: 0 to 65535, where 0 takes a free one. */
export function parsePort(given: string): number {
  const port = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
}

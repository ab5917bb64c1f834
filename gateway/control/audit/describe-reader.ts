import type { Reader } from './find-readers.ts';

/**
 * Says in a sentence what the ledger has of one caller and an element such as `Account.email`.
 *
 * @param key Of the entity that was asked for; null where none was.
 */
export function describeReader(field: string, key: string | null, reader: Reader): string {
  const { subject, issuer, seen, masked, refused, unsure, lastAt } = reader;
  const what = key === null ? field : `${field} of ${key}`;
  const named = () => (told.length > 0 ? 'it' : what);
  const told: string[] = [];
  if (seen > 0) told.push(`saw ${what} as it is ${times(seen)}${toSeen(key, reader)}`);
  if (masked > 0) {
    const { valuesMasked, leastEntitiesMasked, mostEntitiesMasked } = reader;
    const values = toValues(valuesMasked, leastEntitiesMasked, mostEntitiesMasked);
    told.push(`saw ${named()} masked ${times(masked)}${key === null ? values : ''}`);
  }
  if (refused > 0) told.push(`was refused ${named()} ${times(refused)}`);
  if (unsure > 0) told.push(`may have seen ${named()} ${times(unsure)}`);
  const who = subject === null ? 'Somebody without a token' : `${subject} (${issuer})`;
  const last = seen > 0 ? '' : `, last on ${toMinute(lastAt)}`;
  return `${who} ${told.join('; ')}${last}.`;
}

function toSeen(key: string | null, reader: Reader): string {
  const { valuesSeen, leastEntitiesSeen, mostEntitiesSeen, lastSeenAt, purposes, grants } = reader;
  return [
    // How many it were of the one entity is not on record.
    key === null ? toValues(valuesSeen, leastEntitiesSeen, mostEntitiesSeen) : '',
    ...(lastSeenAt === null ? [] : [`last on ${toMinute(lastSeenAt)}`]),
    ...(purposes.length > 0 ? [`for ${purposes.join(' and ')}`] : []),
    ...(grants.length > 0 ? [`by grant ${grants.join(' and ')}`] : []),
  ].join(', ');
}

/** @param most Null where not all were counted. */
function toValues(values: number, least: number, most: number | null): string {
  const said = `${most === null ? 'at least ' : ''}${toCount(values, 'value', 'values')}`;
  if (least === 0) return ` (${said})`;
  const entities = toCount(most ?? least, 'entity', 'entities');
  if (most === null) return ` (${said} of at least ${entities})`;
  return ` (${said} of ${most > least ? `${least} to ` : ''}${entities})`;
}

const toCount = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

function times(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}

/** Writes an instant of ISO 8601 as people read it, in UTC. */
export const toMinute = (instant: string): string =>
  `${instant.slice(0, 10)} at ${instant.slice(11, 16)} UTC`;

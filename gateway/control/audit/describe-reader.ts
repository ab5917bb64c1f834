import type { Reader } from './find-readers.ts';

/** Says in a sentence what the ledger has of one caller and an element such as `Account.email`. */
export function describeReader(field: string, reader: Reader): string {
  const { subject, issuer, seen, masked, refused, lastSeenAt, lastAt, purposes, grants } = reader;
  const { leastEntitiesSeen, mostEntitiesSeen, leastEntitiesMasked, mostEntitiesMasked } = reader;
  const who = subject === null ? 'Somebody without a token' : `${subject} (${issuer})`;
  const told: string[] = [];
  if (seen > 0 && lastSeenAt !== null) {
    told.push(
      [
        `saw ${field} as it is ${times(seen)}${toValues(reader.valuesSeen, leastEntitiesSeen, mostEntitiesSeen)}`,
        `last on ${toMinute(lastSeenAt)}`,
        ...(purposes.length > 0 ? [`for ${purposes.join(' and ')}`] : []),
        ...(grants.length > 0 ? [`by grant ${grants.join(' and ')}`] : []),
      ].join(', '),
    );
  }
  if (masked > 0) {
    const count = toValues(reader.valuesMasked, leastEntitiesMasked, mostEntitiesMasked);
    told.push(`saw ${seen > 0 ? 'it' : field} masked ${times(masked)}${count}`);
  }
  if (refused > 0) {
    told.push(`was refused ${seen + masked > 0 ? 'it' : field} ${times(refused)}`);
  }
  const last = seen > 0 ? '' : `, last on ${toMinute(lastAt)}`;
  return `${who} ${told.join('; ')}${last}.`;
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

import type { Reader } from './find-readers.ts';

/** Says in a sentence what the ledger has of one caller and an element such as `Account.email`. */
export function describeReader(field: string, reader: Reader): string {
  const { subject, issuer, seen, masked, refused, lastSeenAt, lastAt, purposes, grants } = reader;
  const values = (count: number) => toValues(count, reader.uncounted);
  const who = subject === null ? 'Somebody without a token' : `${subject} (${issuer})`;
  const told: string[] = [];
  if (seen > 0 && lastSeenAt !== null) {
    told.push(
      [
        `saw ${field} as it is ${times(seen)}${values(reader.valuesSeen)}`,
        `last on ${toMinute(lastSeenAt)}`,
        ...(purposes.length > 0 ? [`for ${purposes.join(' and ')}`] : []),
        ...(grants.length > 0 ? [`by grant ${grants.join(' and ')}`] : []),
      ].join(', '),
    );
  }
  if (masked > 0) {
    const count = values(reader.valuesMasked);
    told.push(`saw ${seen > 0 ? 'it' : field} masked ${times(masked)}${count}`);
  }
  if (refused > 0) {
    told.push(`was refused ${seen + masked > 0 ? 'it' : field} ${times(refused)}`);
  }
  const last = seen > 0 ? '' : `, last on ${toMinute(lastAt)}`;
  return `${who} ${told.join('; ')}${last}.`;
}

/** @param uncounted How many records say nothing of values. */
function toValues(count: number, uncounted: number): string {
  const said = count === 1 ? '1 value' : `${count} values`;
  return uncounted === 0 ? ` (${said})` : ` (at least ${said})`;
}

function times(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}

/** Writes an instant of ISO 8601 as people read it, in UTC. */
export const toMinute = (instant: string): string =>
  `${instant.slice(0, 10)} at ${instant.slice(11, 16)} UTC`;

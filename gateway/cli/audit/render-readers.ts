import type { Reader } from '../../control/audit/find-readers.ts';
import { toCount } from './to-count.ts';

/** Writes one sentence for each caller, for people. */
export function renderReaders(field: string, since: Date, readers: readonly Reader[]): string {
  if (readers.length === 0) {
    return `Nobody has asked for ${field} since ${toMinute(since.toISOString())}.\n`;
  }
  return readers.map((reader) => `${toSentence(field, reader)}\n`).join('');
}

function toSentence(field: string, reader: Reader): string {
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
  const said = toCount(count, 'value', 'values');
  return uncounted === 0 ? ` (${said})` : ` (at least ${said})`;
}

function times(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}

const toMinute = (instant: string): string =>
  `${instant.slice(0, 10)} at ${instant.slice(11, 16)} UTC`;

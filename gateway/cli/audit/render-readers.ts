import { describeReader, toMinute } from '../../control/audit/describe-reader.ts';
import type { Reader } from '../../control/audit/find-readers.ts';

/** Writes one sentence for each caller, for people. */
export function renderReaders(field: string, since: Date, readers: readonly Reader[]): string {
  if (readers.length === 0) {
    return `Nobody has asked for ${field} since ${toMinute(since.toISOString())}.\n`;
  }
  return readers.map((reader) => `${describeReader(field, reader)}\n`).join('');
}

import { describeReader, toMinute } from '../../control/audit/describe-reader.ts';
import type { Reader } from '../../control/audit/find-readers.ts';

/**
 * Writes one sentence for each caller, for people.
 *
 * @param key Of the entity that was asked for; null where none was.
 */
export function renderReaders(
  field: string,
  key: string | null,
  since: Date,
  readers: readonly Reader[],
): string {
  if (readers.length === 0) {
    const from = toMinute(since.toISOString());
    return key === null
      ? `Nobody has asked for ${field} since ${from}.\n`
      : `Nobody has seen ${field} of ${key} since ${from}.\n`;
  }
  return readers.map((reader) => `${describeReader(field, key, reader)}\n`).join('');
}

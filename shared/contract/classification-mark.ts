import type { ContractColumn } from './contract-table.ts';

/** Marks of classified data in the SDL. */
export const PERSONAL_TAG = 'pii';
export const RESTRICTED_TAG = 'restricted';
export const MARKS: readonly string[] = [PERSONAL_TAG, RESTRICTED_TAG];

/** The mark a column needs in the SDL, or null where it needs none. */
export function markOf(column: ContractColumn): string | null {
  if (column.classification === 'personal') return PERSONAL_TAG;
  if (column.classification !== 'restricted') return null;
  return column.tags.includes(PERSONAL_TAG) ? PERSONAL_TAG : RESTRICTED_TAG;
}

/**
 * What remembered operations take of the heap, estimated from lengths that are at hand.
 *
 * The factors were fitted to five kinds of operations, from three fields to 240 and with fragments
 * and plans of up to nine fetches: several hundred of each were prepared and run, and the growth of
 * the heap between two full collections was divided by their number (11 to 345 kB each). The estimate
 * came within 25 % of it. A rejection is overestimated by half.
 *
 * @module
 */
import type { PlanNode } from '@apollo/query-planner';
import type { Selection } from './selection.ts';

const BYTES_PER_CHARACTER = 30;
const BYTES_PER_SELECTION = 450;
const BYTES_PER_PLAN_CHARACTER = 8;
const BYTES_PER_ENTRY = 4096;

/** A string with its place in a map. */
export function estimateTextBytes(text: string): number {
  return 2 * text.length + 256;
}

/** A parsed operation: text, syntax tree and selections. */
export function estimateOperationBytes(text: string, selections: readonly Selection[]): number {
  return (
    BYTES_PER_ENTRY +
    BYTES_PER_CHARACTER * text.length +
    BYTES_PER_SELECTION * countSelections(selections)
  );
}

/** A planned and compiled operation. */
export function estimatePlanBytes(plan: PlanNode | null, selections: readonly Selection[]): number {
  return (
    BYTES_PER_ENTRY +
    BYTES_PER_PLAN_CHARACTER * JSON.stringify(plan).length +
    BYTES_PER_SELECTION * countSelections(selections)
  );
}

function countSelections(selections: readonly Selection[]): number {
  let count = selections.length;
  for (const { selections: below } of selections) {
    if (below !== null) count += countSelections(below);
  }
  return count;
}

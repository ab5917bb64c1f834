import type { OperationList } from './operation-list.ts';

/** The operation list in force; one takes over from another while requests run. */
export interface LiveOperationList {
  current: OperationList;
}

import { type BatchLoader, createBatchOne } from '../../shared/kit/batch-by-key.ts';
import type { ProductDatabase } from '../../shared/kit/product-database.ts';
import { findSegments, type SegmentRow } from './source.ts';

/** Loaders of one request. */
export interface SegmentLoaders {
  readonly segmentById: BatchLoader<string, SegmentRow | null>;
}

/** Makes the loaders: all segments that one request asks for by account are one statement. */
export function createLoaders(database: ProductDatabase): SegmentLoaders {
  return {
    segmentById: createBatchOne(
      (ids) => findSegments(database, ids),
      (row: SegmentRow) => row.id,
    ),
  };
}

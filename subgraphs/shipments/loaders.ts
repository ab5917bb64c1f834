import { type BatchLoader, createBatchOne } from '../../shared/kit/batch-by-key.ts';
import type { ProductDatabase } from '../../shared/kit/product-database.ts';
import { findShipments, findShipmentsOfOrders, type ShipmentRow } from './source.ts';

/** Loaders of one request. */
export interface ShipmentLoaders {
  readonly shipmentById: BatchLoader<string, ShipmentRow | null>;
  readonly shipmentByOrder: BatchLoader<string, ShipmentRow | null>;
}

/** Makes the loaders: each is one statement for all that one request asks of it. */
export function createLoaders(database: ProductDatabase): ShipmentLoaders {
  return {
    shipmentById: createBatchOne(
      (ids) => findShipments(database, ids),
      (row: ShipmentRow) => row.id,
    ),
    shipmentByOrder: createBatchOne(
      (orderIds) => findShipmentsOfOrders(database, orderIds),
      (row: ShipmentRow) => row.orderId,
    ),
  };
}

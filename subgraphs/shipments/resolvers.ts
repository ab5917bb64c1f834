import { type PageArguments, parsePage, toConnection } from '../../shared/kit/connection.ts';
import type { ProductContext, ProductResolvers } from '../../shared/kit/define-product.ts';
import { scalars } from '../../shared/kit/scalars.ts';
import type { ShipmentLoaders } from './loaders.ts';
import { parseShipmentFilter, type ShipmentFilter } from './parse-shipment-filter.ts';
import {
  countShipments,
  listShipments,
  SHIPMENT_SORTS,
  type ShipmentGrouping,
  type ShipmentRow,
  type ShipmentSort,
  summarizeShipments,
} from './source.ts';

type Context = ProductContext<ShipmentLoaders>;

interface Reference {
  readonly id: string;
}

interface ShipmentsArguments extends PageArguments {
  readonly filter?: ShipmentFilter | null;
  readonly sort: ShipmentSort;
}

interface SummaryArguments {
  readonly groupBy: ShipmentGrouping;
  readonly filter?: ShipmentFilter | null;
}

async function resolveShipments(_: unknown, args: ShipmentsArguments, context: Context) {
  const { database, loaders } = context;
  const order = SHIPMENT_SORTS[args.sort];
  const page = parsePage(args, order);
  const criteria = parseShipmentFilter(args.filter);

  const rows = await listShipments(database, criteria, args.sort, page);
  for (const row of rows) loaders.shipmentByOrder.prime(row.orderId, row);
  return {
    ...toConnection(rows, page, order, order.positionOf),
    totalCount: () => countShipments(database, criteria),
  };
}

/** Answers every field of `schema.graphql` that is not simply a column of the row. */
export const resolvers: ProductResolvers<ShipmentLoaders> = {
  Decimal: scalars.Decimal,
  Date: scalars.Date,
  Region: { WEST: 'West', EAST: 'East', CENTRAL: 'Central', SOUTH: 'South' },
  ShipMode: {
    SAME_DAY: 'Same Day',
    FIRST_CLASS: 'First Class',
    SECOND_CLASS: 'Second Class',
    STANDARD_CLASS: 'Standard Class',
  },
  Query: {
    shipment: (_: unknown, { id }: Reference, { loaders }) => loaders.shipmentById.load(id),
    shipments: resolveShipments,
    shipmentSummary: (_: unknown, { groupBy, filter }: SummaryArguments, { database }) =>
      summarizeShipments(database, groupBy, parseShipmentFilter(filter)),
  },
  Shipment: {
    __resolveReference: ({ id }: Reference, { loaders }) => loaders.shipmentById.load(id),
    order: ({ orderId }: ShipmentRow) => ({ id: orderId }),
    deliveryAddress: (shipment: ShipmentRow) => shipment,
  },
  // Whether an order exists is for the product that holds orders to say.
  Order: {
    __resolveReference: ({ id }: Reference) => ({ id }),
    shipment: ({ id }: Reference, _: unknown, { loaders }) => loaders.shipmentByOrder.load(id),
  },
};

/**
 * The only file that knows how shipments are stored.
 *
 * @module
 */

import type { CursorOrder, Page } from '../../shared/kit/connection.ts';
import type { QueryRows } from '../../shared/kit/product-database.ts';

/** A shipment as the table holds it; ship mode and region in the spelling of the source. */
export interface ShipmentRow {
  readonly id: string;
  readonly orderId: string;
  readonly shipMode: string;
  readonly shippedOn: string;
  readonly daysToShip: number;
  readonly region: string;
  readonly city: string;
  readonly state: string;
  readonly postalCode: string | null;
  readonly country: string;
}

/** Which shipments are meant; null where nothing is asked of that property. */
export interface ShipmentCriteria {
  /** In the spelling of the source, such as Same Day. */
  readonly shipModes: readonly string[] | null;
  /** First day. */
  readonly from: string | null;
  /** Last day, included. */
  readonly to: string | null;
  /** In the spelling of the source, such as West. */
  readonly regions: readonly string[] | null;
}

/** How many shipments have a key in common, and how long they took. */
export interface ShipmentGroupRow {
  readonly key: string;
  readonly shipments: number;
  /** An exact decimal with two digits. */
  readonly averageDaysToShip: string;
}

/** Something statements can be run on. */
export interface ShipmentSession {
  readonly query: QueryRows;
}

/** A total order of shipments, for SQL and for cursors alike. */
interface ShipmentOrder extends CursorOrder {
  readonly columns: readonly string[];
  /** What a cursor's values become in SQL; wide enough for whatever a forged one may hold. */
  readonly types: readonly string[];
  readonly direction: 'ASC' | 'DESC';
  positionOf(row: ShipmentRow): readonly (string | number)[];
}

const byDay = {
  columns: ['shipped_on', 'id'],
  values: ['date', 'text'],
  types: ['date', 'text'],
  positionOf: (row: ShipmentRow) => [row.shippedOn, row.id],
} as const;

const byDaysToShip = {
  columns: ['days_to_ship', 'id'],
  values: ['integer', 'text'],
  types: ['bigint', 'text'],
  positionOf: (row: ShipmentRow) => [row.daysToShip, row.id],
} as const;

const byId = {
  columns: ['id'],
  values: ['text'],
  types: ['text'],
  positionOf: (row: ShipmentRow) => [row.id],
} as const;

/** What each member of `ShipmentSort` means. */
export const SHIPMENT_SORTS = {
  SHIPPED_ON_ASC: { ...byDay, list: 'shipments by shippedOn asc', direction: 'ASC' },
  SHIPPED_ON_DESC: { ...byDay, list: 'shipments by shippedOn desc', direction: 'DESC' },
  DAYS_TO_SHIP_ASC: { ...byDaysToShip, list: 'shipments by daysToShip asc', direction: 'ASC' },
  DAYS_TO_SHIP_DESC: { ...byDaysToShip, list: 'shipments by daysToShip desc', direction: 'DESC' },
  ID_ASC: { ...byId, list: 'shipments by id asc', direction: 'ASC' },
  ID_DESC: { ...byId, list: 'shipments by id desc', direction: 'DESC' },
} as const satisfies Record<string, ShipmentOrder>;

export type ShipmentSort = keyof typeof SHIPMENT_SORTS;

/** The column that makes a group, for each member of `ShipmentGrouping`. */
const GROUP_COLUMNS = { SHIP_MODE: 'ship_mode', REGION: 'region' } as const;

export type ShipmentGrouping = keyof typeof GROUP_COLUMNS;

const COLUMNS = `
  id, order_id AS "orderId", ship_mode AS "shipMode", shipped_on AS "shippedOn",
  days_to_ship AS "daysToShip", region, city, state, postal_code AS "postalCode", country`;

const CRITERIA = `
  ($1::text[] IS NULL OR ship_mode = ANY ($1))
  AND ($2::date IS NULL OR shipped_on >= $2)
  AND ($3::date IS NULL OR shipped_on <= $3)
  AND ($4::text[] IS NULL OR region = ANY ($4))`;

/** Order numbers, and shipment ids after their first two characters; a text of another form is none. */
const ORDER_ID_FORM = /^[A-Z]{2}-\d{4}-\d{6}$/;

/** Shipments of these ids, in any order. */
export function findShipments(
  session: ShipmentSession,
  ids: readonly string[],
): Promise<readonly ShipmentRow[]> {
  return session.query<ShipmentRow>(`SELECT ${COLUMNS} FROM shipment WHERE id = ANY ($1)`, [
    ids.filter((id) => id.startsWith('S-') && ORDER_ID_FORM.test(id.slice(2))),
  ]);
}

/** Shipments of these orders, in any order. */
export function findShipmentsOfOrders(
  session: ShipmentSession,
  orderIds: readonly string[],
): Promise<readonly ShipmentRow[]> {
  return session.query<ShipmentRow>(`SELECT ${COLUMNS} FROM shipment WHERE order_id = ANY ($1)`, [
    orderIds.filter((id) => ORDER_ID_FORM.test(id)),
  ]);
}

/** One page of the shipments that meet the criteria, and one row more where there is one. */
export function listShipments(
  session: ShipmentSession,
  criteria: ShipmentCriteria,
  sort: ShipmentSort,
  page: Page,
): Promise<readonly ShipmentRow[]> {
  const { columns, types, direction } = SHIPMENT_SORTS[sort];
  const comparison = direction === 'ASC' ? '>' : '<';
  const places = types.map((type, index) => `$${index + 6}::${type}`).join(', ');
  const behindCursor =
    page.after === null ? '' : `AND (${columns.join(', ')}) ${comparison} (${places})`;
  const order = columns.map((column) => `${column} ${direction}`).join(', ');
  return session.query<ShipmentRow>(
    `SELECT ${COLUMNS} FROM shipment WHERE ${CRITERIA} ${behindCursor} ORDER BY ${order} LIMIT $5`,
    [...toParameters(criteria), page.limit, ...(page.after ?? [])],
  );
}

/** How many shipments meet the criteria. */
export async function countShipments(
  session: ShipmentSession,
  criteria: ShipmentCriteria,
): Promise<number> {
  const [row] = await session.query<{ shipments: number }>(
    `SELECT count(*)::int AS shipments FROM shipment WHERE ${CRITERIA}`,
    toParameters(criteria),
  );
  return row?.shipments ?? 0;
}

/** Shipments that meet the criteria, by group; keys as the enums write them, in ascending order. */
export function summarizeShipments(
  session: ShipmentSession,
  grouping: ShipmentGrouping,
  criteria: ShipmentCriteria,
): Promise<readonly ShipmentGroupRow[]> {
  return session.query<ShipmentGroupRow>(
    `SELECT upper(replace(${GROUP_COLUMNS[grouping]}, ' ', '_')) AS key, count(*)::int AS shipments,
       round(avg(days_to_ship), 2) AS "averageDaysToShip"
     FROM shipment WHERE ${CRITERIA} GROUP BY key ORDER BY key`,
    toParameters(criteria),
  );
}

function toParameters(criteria: ShipmentCriteria): readonly unknown[] {
  return [criteria.shipModes, criteria.from, criteria.to, criteria.regions];
}

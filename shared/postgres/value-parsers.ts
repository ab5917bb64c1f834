import pg from 'pg';

const asText = (text: string): string => text;

/** The driver's types list no arrays; `text[]` has this object id. */
const TEXT_ARRAY = 1009 as Parameters<typeof pg.types.getTypeParser>[0];

/**
 * Types that JavaScript cannot hold exactly, by the object ids of Postgres' own
 * catalog: numbers wider than a float, and days and moments, which a `Date` would
 * shift into the local time zone.
 */
const READ_AS_TEXT = { int8: 20, date: 1082, timestamp: 1114, timestamptz: 1184, numeric: 1700 };
const READ_AS_TEXT_ARRAY = {
  'int8[]': 1016,
  'timestamp[]': 1115,
  'date[]': 1182,
  'timestamptz[]': 1185,
  'numeric[]': 1231,
};

/** Parsers of one pool; the driver's global table stays as it is. */
export function createValueParsers(): pg.TypeOverrides {
  const parsers = new pg.TypeOverrides();
  for (const type of Object.values(READ_AS_TEXT)) parsers.setTypeParser(type, asText);

  const parseTextArray = pg.types.getTypeParser(TEXT_ARRAY);
  for (const type of Object.values(READ_AS_TEXT_ARRAY)) parsers.setTypeParser(type, parseTextArray);
  return parsers;
}

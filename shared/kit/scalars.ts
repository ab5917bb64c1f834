/**
 * The scalars of the mesh: `Decimal`, `Date`, `DateTime`.
 *
 * Values travel as strings from Postgres to the client and back. None of them ever
 * becomes a binary float or a local time, so no digit and no day is lost.
 *
 * @module
 */

import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { toCalendarDate, toUtcDateTime } from './calendar.ts';

const DECIMAL_FORM = /^-?(0|[1-9]\d{0,63})(\.\d{1,64})?$/;

/** An exact decimal number, written as a JSON string with all its digits, e.g. `"2297200.8603"`. */
const decimal = createTextScalar({
  name: 'Decimal',
  description:
    'An exact decimal number as a string, e.g. "19.90". As input a string or a whole number.',
  expected: 'a decimal number such as "19.90", at most 64 digits on either side of the point',
  parse: (text) => (DECIMAL_FORM.test(text) ? text : null),
  acceptsIntegers: true,
});

/** A calendar day as `YYYY-MM-DD`. */
const date = createTextScalar({
  name: 'Date',
  description: 'A calendar day, YYYY-MM-DD.',
  expected: 'a calendar day such as "2017-11-09"',
  parse: toCalendarDate,
});

/** A moment in UTC as RFC 3339 writes it; other offsets are converted. */
const dateTime = createTextScalar({
  name: 'DateTime',
  description: 'A moment in UTC (RFC 3339), e.g. "2017-11-09T08:30:00Z".',
  expected: 'a moment with its offset such as "2017-11-09T08:30:00Z"',
  parse: toUtcDateTime,
});

/** Resolvers for the scalars a product may declare: `resolvers: { ...scalars, Query: … }`. */
export const scalars = { Decimal: decimal, Date: date, DateTime: dateTime };

interface TextScalar {
  readonly name: string;
  readonly description: string;
  /** Completes "… must be". */
  readonly expected: string;
  /** The value in its one written form, or null when it does not fit. */
  readonly parse: (text: string) => string | null;
  readonly acceptsIntegers?: boolean;
}

function createTextScalar(scalar: TextScalar): GraphQLScalarType<string, string> {
  const { name, expected, parse, acceptsIntegers = false } = scalar;

  const read = (value: unknown): string => {
    const text = acceptsIntegers && isExactInteger(value) ? String(value) : value;
    const parsed = typeof text === 'string' ? parse(text) : null;
    // The value itself stays out of the message: it may be personal data.
    if (parsed === null) throw new GraphQLError(`${name} must be ${expected}.`);
    return parsed;
  };

  return new GraphQLScalarType<string, string>({
    name,
    description: scalar.description,
    // A number on the way out has been a float already: a bug of the product.
    serialize: (value) => read(typeof value === 'number' ? null : value),
    parseValue: read,
    parseLiteral: (node) => read(textOf(node, acceptsIntegers)),
  });
}

function isExactInteger(value: unknown): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

/** An integer literal is taken by its digits, whatever its size. */
function textOf(node: ValueNode, acceptsIntegers: boolean): string | null {
  if (node.kind === Kind.STRING) return node.value;
  return acceptsIntegers && node.kind === Kind.INT ? node.value : null;
}

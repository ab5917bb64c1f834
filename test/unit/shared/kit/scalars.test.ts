import fc from 'fast-check';
import { parseValue as parseLiteralNode } from 'graphql';
import { expect, test } from 'vitest';
import { scalars } from '../../../../shared/kit/scalars.ts';

const digits = (maximum: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${maximum}}$`));

/** Decimal numbers as Postgres writes them: no superfluous zero in front, any behind. */
const decimals = fc
  .tuple(fc.boolean(), fc.stringMatching(/^(0|[1-9][0-9]{0,40})$/), fc.option(digits(40)))
  .map(
    ([negative, whole, fraction]) =>
      `${negative ? '-' : ''}${whole}${fraction === null ? '' : `.${fraction}`}`,
  );

test('a Decimal passes through with every digit it has', () => {
  fc.assert(
    fc.property(decimals, (text) => {
      expect(scalars.Decimal.serialize(text)).toBe(text);
      expect(scalars.Decimal.parseValue(text)).toBe(text);
      expect(scalars.Decimal.parseLiteral(parseLiteralNode(JSON.stringify(text)))).toBe(text);
    }),
  );
});

test('a whole number is a Decimal too, as a literal of any size', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (number) => {
      expect(scalars.Decimal.parseLiteral(parseLiteralNode(String(number)))).toBe(String(number));
    }),
  );
  expect(scalars.Decimal.parseValue(12)).toBe('12');
});

test.each([
  0.1,
  2 ** 60,
  Number.NaN,
  true,
  null,
  {},
  '',
  '1e5',
  '+1',
  '.5',
  '5.',
  '01',
  '1,5',
  'NaN',
  ' 1',
])('%j is no Decimal', (value) => {
  expect(() => scalars.Decimal.parseValue(value)).toThrow(
    'Decimal must be a decimal number such as "19.90"',
  );
});

test('a float literal is no Decimal: its digits are a client’s mistake waiting to happen', () => {
  expect(() => scalars.Decimal.parseLiteral(parseLiteralNode('0.1'))).toThrow('Decimal must be');
});

test('a number never leaves as a Decimal, because it has been a float', () => {
  expect(() => scalars.Decimal.serialize(12)).toThrow('Decimal must be');
});

const days = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
});

test('every day of the calendar is a Date', () => {
  fc.assert(
    fc.property(days, (day) => {
      const text = day.toISOString().slice(0, 10);
      expect(scalars.Date.serialize(text)).toBe(text);
      expect(scalars.Date.parseValue(text)).toBe(text);
    }),
  );
});

test('a text is a Date exactly when the calendar has that day', () => {
  const parts = fc.tuple(
    fc.integer({ min: 1, max: 9999 }),
    fc.integer({ min: 0, max: 13 }),
    fc.integer({ min: 0, max: 32 }),
  );
  const pad = (number: number, length: number) => String(number).padStart(length, '0');

  fc.assert(
    fc.property(parts, ([year, month, day]) => {
      const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
      const moment = new Date(`${text}T00:00:00Z`);
      const exists = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
      const parse = () => scalars.Date.parseValue(text);
      if (exists) expect(parse()).toBe(text);
      else expect(parse).toThrow('Date must be');
    }),
  );
});

test.each(['2017-02-29', '1900-02-29', '0000-01-01', '2017-1-1', '2017-11-09T00:00:00Z', 20171109])(
  '%j is no Date',
  (value) => {
    expect(() => scalars.Date.parseValue(value)).toThrow('Date must be a calendar day');
  },
);

test('a DateTime with an offset is the same moment in UTC, its fraction untouched', () => {
  const offsets = fc.integer({ min: -14 * 60, max: 14 * 60 });
  const moments = fc.date({
    min: new Date('1000-01-01T00:00:00Z'),
    max: new Date('9000-01-01T00:00:00Z'),
    noInvalidDate: true,
  });

  fc.assert(
    fc.property(moments, offsets, digits(9), (moment, offset, fraction) => {
      const local = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, 19);
      const size = Math.abs(offset);
      const clock = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0'));
      const text = `${local}.${fraction}${offset < 0 ? '-' : '+'}${clock.join(':')}`;

      expect(scalars.DateTime.parseValue(text)).toBe(
        `${moment.toISOString().slice(0, 19)}.${fraction}Z`,
      );
    }),
  );
});

test.each([
  ['2017-11-09 08:30:00+00', '2017-11-09T08:30:00Z'],
  ['2017-11-09 08:30:00.123456+05:30', '2017-11-09T03:00:00.123456Z'],
  ['2017-01-01 00:30:00+01', '2016-12-31T23:30:00Z'],
])('the timestamptz %s of Postgres leaves as %s', (text, expected) => {
  expect(scalars.DateTime.serialize(text)).toBe(expected);
});

test.each([
  '2017-11-09T08:30:00',
  '2017-11-09',
  '2017-11-09T24:00:00Z',
  '2016-12-31T23:59:60Z',
  '2017-02-29T00:00:00Z',
  '0001-01-01T00:00:00+01:00',
  1_510_214_400,
])('%j is no DateTime', (value) => {
  expect(() => scalars.DateTime.parseValue(value)).toThrow('DateTime must be a moment');
});

test('a refused value does not appear in the message', () => {
  expect(() => scalars.Date.parseValue('Jane Doe')).not.toThrow('Jane');
});

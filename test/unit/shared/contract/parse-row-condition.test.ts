import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  MAX_COMPARISONS,
  MAX_CONDITION_LENGTH,
  parseRowCondition,
} from '../../../../shared/contract/parse-row-condition.ts';

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/).filter((text) => text !== 'and');
const comparison = fc.record({
  column: name,
  operator: fc.constantFrom('in' as const, '=' as const),
  claim: name,
});
const blank = fc.stringMatching(/^[ \t\n]{1,3}$/);

test('reads a comparison with the values of a claim, and one with its only value', () => {
  expect(parseRowCondition('region in claims.regions and desk=claims.desk')).toEqual({
    ok: true,
    comparisons: [
      { column: 'region', operator: 'in', claim: 'regions' },
      { column: 'desk', operator: '=', claim: 'desk' },
    ],
  });
});

test('reads back whatever conditions are written', () => {
  fc.assert(
    fc.property(
      fc.array(comparison, { minLength: 1, maxLength: 6 }),
      blank,
      (comparisons, space) => {
        const text = comparisons
          .map(({ column, operator, claim }) => [column, operator, `claims.${claim}`].join(space))
          .join(`${space}and${space}`);

        expect(parseRowCondition(text)).toEqual({ ok: true, comparisons });
      },
    ),
  );
});

test('takes any text and lets nothing but plain names through', () => {
  const pieces = fc.constantFrom('region', ' ', 'in', '=', 'claims.', 'and', "'", '"', ';', '--');
  const text = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 12 }).map((words) => words.join('')),
  );
  fc.assert(
    fc.property(text, (written) => {
      const parsed = parseRowCondition(written);
      const names = parsed.ok
        ? parsed.comparisons.flatMap(({ column, claim }) => [column, claim])
        : [];
      for (const one of names) expect(one).toMatch(/^[a-z_][a-z0-9_]*$/i);
    }),
  );
});

test.each([
  ['', 'the name of a column at character 1'],
  ['region', 'in or = at character 7'],
  ['region is claims.regions', 'in or = at character 8'],
  ['region in regions', 'claims.NAME at character 11'],
  ['region in claims.', 'claims.NAME at character 11'],
  [`region in claims.a'b`, 'claims.NAME at character 11'],
  ['region" in claims.regions', 'the name of a column at character 1'],
  ['order.region in claims.regions', 'the name of a column at character 1'],
  ['region in claims.regions or a in claims.b', 'and, or the end, at character 26'],
  ['region in claims.regions and', 'the name of a column at character 29'],
  ['region in claims.regions; DROP TABLE x', 'claims.NAME at character 11'],
])('of %o says what is expected where', (text, expected) => {
  expect(parseRowCondition(text)).toEqual({ ok: false, expected });
});

test('has a limit on characters and on comparisons', () => {
  const many = (count: number) => Array(count).fill('a = claims.b').join(' and ');

  expect(parseRowCondition(many(MAX_COMPARISONS)).ok).toBe(true);
  expect(parseRowCondition(many(MAX_COMPARISONS + 1))).toEqual({
    ok: false,
    expected: `at most ${MAX_COMPARISONS} comparisons`,
  });
  expect(parseRowCondition(' '.repeat(MAX_CONDITION_LENGTH + 1))).toEqual({
    ok: false,
    expected: `at most ${MAX_CONDITION_LENGTH} characters`,
  });
});

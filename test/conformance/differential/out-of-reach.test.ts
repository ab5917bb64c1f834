import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { toComparable } from './compare-answers.ts';
import { federate } from './federate.ts';
import { outOfReach } from './fixtures/out-of-reach.ts';

test.each(outOfReach)('still answered otherwise than by a monolith: $name', async (fixture) => {
  const { federation, monolith } = federate(fixture);

  const expected = await monolith.ask(parse(fixture.query), {});
  const answer = await federation.execute(fixture.query);

  expect(expected.errors).toBeUndefined();
  expect(toComparable(answer)).not.toEqual(toComparable(expected));
  expect(answer.problems).not.toEqual([]);
});

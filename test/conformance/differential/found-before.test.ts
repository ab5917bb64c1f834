import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { toComparable } from './compare-answers.ts';
import { federate } from './federate.ts';
import { contexts } from './fixtures/contexts.ts';

test('one field with other arguments below another type takes its context and arguments for itself', async () => {
  const { federation, monolith } = federate(contexts);
  const query =
    '{ desks { ... on Order { lines { price(times: 0) } } ... on Viewer { lines { price } } } }';

  const expected = await monolith.ask(parse(query), {});
  const answer = await federation.execute(query);

  expect(toComparable(answer)).toEqual(toComparable(expected));
});

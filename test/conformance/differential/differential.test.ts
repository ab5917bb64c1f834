import * as fc from 'fast-check';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { toComparable } from './compare-answers.ts';
import { federate } from './federate.ts';
import { contexts } from './fixtures/contexts.ts';
import { interfaces } from './fixtures/interfaces.ts';
import { keys } from './fixtures/keys.ts';
import { legacy } from './fixtures/legacy.ts';
import { provides } from './fixtures/provides.ts';
import { requires } from './fixtures/requires.ts';
import { variants } from './fixtures/variants.ts';
import { randomOperation } from './random-operation.ts';

const fixtures = [keys, requires, provides, interfaces, variants, contexts, legacy];

/** Operations asked of each fixture, and where to start: the README tells of long runs and replays. */
const { DIFFERENTIAL_RUNS: runs = '60', DIFFERENTIAL_SEED: seed = '20261' } = process.env;
const parameters = { numRuns: Number(runs), seed: Number(seed) };

/** A long run takes an hour. */
const TIMEOUT_MS = 3_600_000;

test.each(fixtures)(
  'the mesh answers as a monolith does: $name',
  async (fixture) => {
    const { federation, monolith, reset } = federate(fixture);
    const ids = fixture.createWorld().entities.map(({ id }) => String(id));
    const operations = randomOperation(federation.snapshot.schema, [...new Set(ids), 'none']);

    await fc.assert(
      fc.asyncProperty(operations, async ({ query, variables }) => {
        reset();
        const expected = toComparable(await monolith.ask(parse(query), variables));
        reset();
        const answer = await federation.execute(query, variables);
        const said = [
          ...answer.problems,
          ...federation.failures.splice(0).map(({ cause }) => `${cause}`),
        ];

        expect(toComparable(answer), JSON.stringify(said)).toEqual(expected);
      }),
      parameters,
    );
  },
  TIMEOUT_MS,
);

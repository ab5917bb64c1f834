import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFederation, OPEN_LIMITS } from '../../support/federation-fixture.ts';
import { buildSubgraphs } from './build-subgraphs.ts';
import { Draw } from './draw.ts';
import { contexts } from './fixtures/contexts.ts';
import { interfaces } from './fixtures/interfaces.ts';
import { keys } from './fixtures/keys.ts';
import { provides } from './fixtures/provides.ts';
import { requires } from './fixtures/requires.ts';
import { randomOperation } from './random-operation.ts';
import type { DifferentialFixture, Row, World } from './world.ts';

const { DIFFERENTIAL_RUNS: runs = '60', DIFFERENTIAL_SEED: seed = '20261' } = process.env;
const parameters = { numRuns: Math.ceil(Number(runs) / 3), seed: Number(seed) };
const TIMEOUT_MS = 3_600_000;

/** Requests for one operation, one after the other, and before some of them the data changes. */
const ROUNDS = 10;

/** The same subgraphs behind two engines, one of which remembers nothing. */
function serveTwice(fixture: DifferentialFixture) {
  const current = { world: fixture.createWorld() };
  const subgraphs = buildSubgraphs(fixture, current);
  return {
    current,
    remembering: createFederation(subgraphs),
    plain: createFederation(subgraphs, OPEN_LIMITS, undefined, null),
  };
}

/** Writes another value into one row, or takes an entity away. */
function change(world: World, draw: Draw): World {
  const rows = [world.Query, ...world.entities];
  const row = draw.oneOf(rows);
  if (draw.once(4) && row !== world.Query) {
    return { ...world, entities: world.entities.filter((one) => one !== row) };
  }
  const texts = Object.keys(row).filter((key) => isChangeable(row, key));
  if (texts.length > 0) {
    const key = draw.oneOf(texts);
    row[key] = `${row[key]}, changed`;
  }
  return world;
}

/** A text that is no key: what refers to it would lead nowhere in both engines, and prove little. */
function isChangeable(row: Row, key: string): boolean {
  return typeof row[key] === 'string' && key !== '__typename' && key !== 'id';
}

const sentBy = ({ sent }: ReturnType<typeof createFederation>) =>
  sent
    .splice(0)
    .map((request) => JSON.stringify(request))
    .toSorted();

test.each([keys, requires, provides, interfaces, contexts])(
  'what is repeated is what would be answered, from the same calls: $name',
  async (fixture) => {
    const { current, remembering, plain } = serveTwice(fixture);
    const ids = fixture.createWorld().entities.map(({ id }) => String(id));
    const operations = randomOperation(plain.snapshot.schema, [...new Set(ids), 'none']);
    const isQuery = ({ query }: { query: string }) => query.startsWith('query');

    await fc.assert(
      fc.asyncProperty(operations.filter(isQuery), fc.nat(), async ({ query, variables }, luck) => {
        current.world = fixture.createWorld();
        const draw = new Draw(luck);
        for (let round = 0; round < ROUNDS; round += 1) {
          if (draw.once(4)) current.world = change(current.world, draw);

          const expected = await plain.execute(query, variables);
          const answer = await remembering.execute(query, variables);

          expect(answer).toEqual(expected);
          expect(sentBy(remembering)).toEqual(sentBy(plain));
        }
        const together = [1, 2, 3].map(() => remembering.execute(query, variables));
        const expected = await plain.execute(query, variables);
        expect(await Promise.all(together)).toEqual([expected, expected, expected]);
        sentBy(remembering);
        sentBy(plain);
      }),
      parameters,
    );
  },
  TIMEOUT_MS,
);

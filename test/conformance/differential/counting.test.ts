/**
 * Random operations of which everything has a class: counting what is shown, and asking for the keys of
 * whose it is, changes no answer.
 */
import * as fc from 'fast-check';
import { type GraphQLSchema, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import type { Shown } from '../../../gateway/execution/execution-result.ts';
import type { ClassificationOf } from '../../../gateway/operation/operation-shape.ts';
import { UNCLASSIFIED } from '../../../gateway/policy/classification.ts';
import { createFederation, OPEN_LIMITS } from '../../support/federation-fixture.ts';
import { buildSubgraphs } from './build-subgraphs.ts';
import { toComparable } from './compare-answers.ts';
import { contexts } from './fixtures/contexts.ts';
import { interfaces } from './fixtures/interfaces.ts';
import { keys } from './fixtures/keys.ts';
import { legacy } from './fixtures/legacy.ts';
import { provides } from './fixtures/provides.ts';
import { requires } from './fixtures/requires.ts';
import { variants } from './fixtures/variants.ts';
import { randomOperation } from './random-operation.ts';
import type { DifferentialFixture } from './world.ts';

const { DIFFERENTIAL_RUNS: runs = '60', DIFFERENTIAL_SEED: seed = '20261' } = process.env;
const parameters = { numRuns: Math.ceil(Number(runs) / 3), seed: Number(seed) };
const TIMEOUT_MS = 3_600_000;
const KEYS_TOLD = 3;

/** The same subgraphs behind three engines: one counts, one asks for keys too. */
function serveThrice(fixture: DifferentialFixture) {
  const current = { world: fixture.createWorld() };
  const subgraphs = buildSubgraphs(fixture, current);
  const plain = createFederation(subgraphs);
  const coordinates = listFields(plain.snapshot.schema);
  const classificationOf: ClassificationOf = () => ({
    ...UNCLASSIFIED,
    classified: () => ({ rulesVersion: '1', coordinates }),
  });
  const asking = { ...OPEN_LIMITS, asksForKeys: true };
  return {
    plain,
    counting: createFederation(subgraphs, OPEN_LIMITS, classificationOf, null, KEYS_TOLD),
    asking: createFederation(subgraphs, asking, classificationOf, null, KEYS_TOLD),
    reset: () => {
      current.world = fixture.createWorld();
    },
  };
}

function listFields(schema: GraphQLSchema): readonly string[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
}

/** A value stands in one entity, and a key is one of those that were counted. */
function checkCounts({ values, entities }: Shown): void {
  expect(Object.keys(entities).sort()).toEqual(Object.keys(values).sort());
  for (const [coordinate, { count, keys: told = [], more }] of Object.entries(entities)) {
    expect(count, coordinate).toBeGreaterThan(0);
    expect(count, coordinate).toBeLessThanOrEqual(values[coordinate] ?? 0);
    expect(new Set(told), coordinate).toHaveLength(told.length);
    expect(more ?? false, coordinate).toBe(told.length < count);
  }
}

test.each([keys, requires, provides, interfaces, variants, contexts, legacy])(
  'counting and asking for keys changes no answer: $name',
  async (fixture) => {
    const { plain, counting, asking, reset } = serveThrice(fixture);
    const ids = fixture.createWorld().entities.map(({ id }) => String(id));
    const operations = randomOperation(plain.snapshot.schema, [...new Set(ids), 'none']);

    await fc.assert(
      fc.asyncProperty(operations, async ({ query, variables }) => {
        const answers = [];
        for (const federation of [plain, counting, asking]) {
          reset();
          answers.push(await federation.execute(query, variables));
        }
        const [first, counted, asked] = answers.map(toComparable);

        expect(counted, query).toEqual(first);
        expect(asked, query).toEqual(first);
        for (const { shown } of answers) if (shown !== undefined) checkCounts(shown);
      }),
      parameters,
    );
  },
  TIMEOUT_MS,
);

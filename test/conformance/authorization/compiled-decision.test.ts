import fc from 'fast-check';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import {
  type AuthorizedSelections,
  authorizeSelections,
} from '../../../gateway/operation/authorize-selections.ts';
import { parseOperation } from '../../../gateway/operation/parse-operation.ts';
import type { Selection } from '../../../gateway/operation/selection.ts';
import {
  toAuthorizationShape,
  toDecidedRights,
} from '../../../gateway/policy/authorization-shape.ts';
import { OPEN_LIMITS } from '../../support/federation-fixture.ts';
import { randomOperation } from '../differential/random-operation.ts';
import { SCHEMAS, schemaOf } from './drawn-schemas.ts';
import { decideNaively } from './naive-decision.ts';
import { randomCaller, toRights } from './random-rights.ts';

/** Seconds suffice on a machine that has nothing else to do. */
const TIMEOUT_MS = 120_000;

/** As `naive-decision.ts` writes down what is left. */
function toLines(selections: readonly Selection[], path: readonly string[]): readonly string[] {
  return selections.flatMap((selection) => {
    const segments = segmentsOf(selection);
    const title = segments[0] ?? '...';
    return [
      `${'.'.repeat(path.length)}${title}`,
      ...toLines(selection.selections ?? [], [...path, ...segments]),
    ];
  });
}

function segmentsOf(selection: Selection): readonly string[] {
  if (selection.kind === 'fragment') {
    return selection.typeCondition === null ? [] : [`... on ${selection.typeCondition.name}`];
  }
  const lists = String(selection.type).split('[').length - 1;
  return [selection.responseKey, ...Array<string>(lists).fill('@')];
}

const toRefusals = ({ deniedPaths }: AuthorizedSelections) =>
  deniedPaths.map(({ path, conditions }) => ({
    path: path.join('/'),
    when: conditions.map(({ variable, expected }) => `${variable}=${expected}`).join(' '),
  }));

test(
  'the compiled decision is the naive one, for generated schemas, operations and callers',
  () => {
    const requests = fc.integer({ min: 1, max: SCHEMAS }).chain((seed) =>
      fc.record({
        seed: fc.constant(seed),
        operation: randomOperation(schemaOf(seed).snapshot.schema, []),
        caller: randomCaller,
      }),
    );
    const count = { refused: 0, whole: 0, partial: 0 };

    fc.assert(
      fc.property(requests, ({ seed, operation: { query }, caller }) => {
        const { naive, snapshot, sdl } = schemaOf(seed);
        const outcome = parseOperation(query, null, snapshot, OPEN_LIMITS);
        if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
        const { mentioned } = outcome.parsed;
        const rights = toRights(caller);
        const shape = toAuthorizationShape(mentioned, rights);
        const decided = toDecidedRights(mentioned, shape, rights);

        const compiled = authorizeSelections(outcome.parsed, decided, new Map());
        const expected = decideNaively(naive, parse(query), caller);

        expect(toRefusals(compiled), sdl).toEqual(expected.refused);
        expect(toLines(compiled.allowed, []), sdl).toEqual(expected.left);
        count[
          expected.refused.length === 0 ? 'whole' : expected.left.length > 0 ? 'partial' : 'refused'
        ] += 1;
      }),
      { numRuns: 3000 },
    );

    // The test is worth something only where all three happen often.
    for (const many of Object.values(count)) expect(many).toBeGreaterThan(150);
  },
  TIMEOUT_MS,
);

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/control/composition/compose-supergraph.ts';
import { isSatisfied, type Requirement } from '../../../gateway/policy/requirement.ts';
import { loadSupergraphSnapshot } from '../../../gateway/supergraph/load-supergraph-snapshot.ts';
import { FEDERATION } from '../../support/federation-fixture.ts';
import { Draw } from '../differential/draw.ts';
import { type NaiveCaller, NaiveSchema } from './naive-decision.ts';
import { toRights } from './random-rights.ts';
import { drawRequirement, POLICIES, SCOPES } from './random-schema.ts';

/** Seconds suffice on a machine that has nothing else to do. */
const TIMEOUT_MS = 120_000;

const FIELDS = Array.from({ length: 12 }, (_, index) => `f${index}`);

/** The same types in every subgraph, each with requirements of its own. */
function drawSubgraph(draw: Draw): string {
  const fields = FIELDS.map((name) => `${name}: String @shareable${drawRequirement(draw, 2)}`);
  const type = (name: string, clause = '') =>
    `type ${name}${clause} @key(fields: "id")${drawRequirement(draw, 2)} { id: ID! ${fields.join(' ')} ${drawField()} }`;
  const drawField = () => `label: String @shareable${drawRequirement(draw, 2)}`;
  return `
    type Query { things: [Thing] @shareable${drawRequirement(draw, 2)} }
    interface Named { label: String }
    ${type('Thing', ' implements Named')}
    type Other implements Named { ${drawField()} }
    scalar Code${drawRequirement(draw, 2)}
    enum Mood${drawRequirement(draw, 2)} { GOOD }
    type Leaves { code: Code @shareable mood: Mood @shareable }
  `;
}

const subsets = <Name>([first, ...rest]: readonly Name[]): readonly (readonly Name[])[] => {
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((set) => [first, ...set])];
};

/** Every caller that the names can make. */
const CALLERS: readonly NaiveCaller[] = [true, false].flatMap((known) =>
  subsets(SCOPES).flatMap((scopes) =>
    subsets(POLICIES).map((policies) => ({ known, scopes, policies })),
  ),
);

/** One row of the truth table, as a digit for each caller. */
const truthOf = (holds: (caller: NaiveCaller) => boolean): string =>
  CALLERS.map((caller) => (holds(caller) ? '1' : '0')).join('');

const truthOfRequirement = (requirement: Requirement | undefined): string =>
  truthOf((caller) => requirement === undefined || isSatisfied(requirement, toRights(caller)));

test(
  'what subgraphs require of an element is required together, for every caller there can be',
  () => {
    const tables = new Set<string>();

    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(2, 3), (seed, count) => {
        const draw = new Draw(seed + 1);
        const sources = Array.from({ length: count }, (_, index) => ({
          name: `s${index}`,
          url: `http://s${index}.test/graphql`,
          sdl: drawSubgraph(draw),
        }));
        const composed = composeSupergraph(
          sources.map((source) => ({ ...source, sdl: FEDERATION + source.sdl })),
        );
        if (!composed.ok) throw new Error(JSON.stringify(composed.errors));
        const { ofType, ofField } = loadSupergraphSnapshot(composed.supergraphSdl).requirements;
        const naive = sources.map(({ sdl }) => new NaiveSchema([sdl]));
        const all = (holds: (schema: NaiveSchema, caller: NaiveCaller) => boolean) =>
          truthOf((caller) => naive.every((schema) => holds(schema, caller)));

        for (const name of ['Thing', 'Other', 'Code', 'Mood', 'Named']) {
          const expected = all((schema, caller) => schema.mayUseType(name, caller));
          expect(truthOfRequirement(ofType.get(name)), `${name} ${seed}`).toBe(expected);
          tables.add(expected);
        }
        // These return what asks for nothing, so that only the fields' own requirements count.
        const own = [...FIELDS, 'label'].map((name) => ['Thing', name] as const);
        for (const [type, name] of [...own, ['Other', 'label'], ['Named', 'label']] as const) {
          const expected = all((schema, caller) => schema.mayUseField(type, name, caller));
          const found = truthOfRequirement(ofField.get(`${type}.${name}`));
          expect(found, `${type}.${name} ${seed}`).toBe(expected);
          tables.add(expected);
        }
      }),
      { numRuns: 100 },
    );

    expect(tables.size).toBeGreaterThan(200);
  },
  TIMEOUT_MS,
);

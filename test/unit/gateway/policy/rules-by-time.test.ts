import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import type { ClassificationRules } from '../../../../gateway/policy/classification-rules.ts';
import { compileClassification } from '../../../../gateway/policy/compile-classification.ts';
import type { Rights } from '../../../../gateway/policy/requirement.ts';
import {
  collectWindows,
  findWindowStates,
} from '../../../../gateway/policy/windows/window-states.ts';
import { readWindow } from '../../../support/time-windows.ts';

/** Windows with what somebody would say of an hour of a day in November 2026, in UTC. */
const WINDOWS = [
  {
    window: readWindow('{ from: "08:00", to: "18:00", zone: UTC }'),
    isOpen: (_: number, hour: number) => hour >= 8 && hour < 18,
  },
  {
    window: readWindow('{ days: [friday], from: "22:00", to: "06:00", zone: UTC }'),
    // The sixth of November is a Friday.
    isOpen: (day: number, hour: number) =>
      (day % 7 === 6 && hour >= 22) || (day % 7 === 0 && hour < 6),
  },
  {
    window: readWindow('{ since: 2026-11-10, until: 2026-11-20, zone: Europe/Berlin }'),
    isOpen: (day: number, hour: number) =>
      (day > 9 || (day === 9 && hour === 23)) && (day < 20 || (day === 20 && hour < 23)),
  },
];

const ROLES = ['r', 's'];
const written = fc.array(
  fc.record({
    role: fc.constantFrom(null, ...ROLES),
    during: fc.subarray(WINDOWS, { maxLength: 2 }),
    effect: fc.constantFrom('allow' as const, 'mask' as const, 'deny' as const),
  }),
  { maxLength: 5 },
);
type Written = typeof written extends fc.Arbitrary<infer Rules> ? Rules : never;
const asking = fc.record({
  roles: fc.subarray(ROLES),
  day: fc.integer({ min: 1, max: 30 }),
  hour: fc.integer({ min: 0, max: 23 }),
});
type Asking = typeof asking extends fc.Arbitrary<infer One> ? One : never;

function toRules(rules: Written): ClassificationRules {
  return {
    version: 'v',
    classes: [{ name: 'personal', tags: ['pii'] }],
    rules: rules.map(({ role, during, effect }, place) => ({
      name: `rule-${place}`,
      subject: { classes: [], tags: [], coordinates: [] },
      caller: {
        ...{ authenticated: false, granted: false, scopes: [], domains: [], purposes: [] },
        roles: role === null ? [] : [[role]],
      },
      during: during.map(({ window }) => window),
      effect,
      masks: effect === 'mask' ? [{ kind: 'redacted' }] : [],
    })),
  };
}

function naive(rules: Written, { roles, day, hour }: Asking) {
  const found = rules.find(
    ({ role, during }) =>
      (role === null || roles.includes(role)) &&
      (during.length === 0 || during.some(({ isOpen }) => isOpen(day, hour))),
  );
  return found?.effect ?? 'deny';
}

function toRights(rules: ClassificationRules, { roles, day, hour }: Asking): Rights {
  const nowMs = Date.UTC(2026, 10, day, hour, 30);
  return {
    ...{ authenticated: true, scopes: new Set<string>(), policies: new Set<string>() },
    roles: new Set(roles),
    windows: findWindowStates(collectWindows(rules), nowMs),
  };
}

test('rules decide by time as a naive evaluator does, and callers of one shape see the same', () => {
  const schema = buildSchema('type Query { email: String }');
  const tags = new Map([['Query.email', { own: ['pii'], derived: [] }]]);
  const requirements = { ofType: new Map(), ofField: new Map() };
  const at = ['Query.email'];
  fc.assert(
    fc.property(written, fc.array(asking, { minLength: 2, maxLength: 12 }), (given, callers) => {
      const rules = toRules(given);
      const compiled = compileClassification(rules, { schema, tags, requirements }, null);
      const effectOf = new Map<string, string>();
      for (const one of callers) {
        const rights = toRights(rules, one);
        const effect = compiled.effectsOf(at, rights).get('Query.email')?.kind ?? 'allow';
        const shape = compiled.shapeOf(at, rights);

        expect(effect).toBe(naive(given, one));
        expect(compiled.masksAny(at, rights)).toBe(effect === 'mask');
        expect(effectOf.get(shape) ?? effect).toBe(effect);
        effectOf.set(shape, effect);
      }
    }),
  );
});

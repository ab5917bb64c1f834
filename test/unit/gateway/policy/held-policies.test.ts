import { expect, test } from 'vitest';
import { ANONYMOUS, type Principal, toPrincipal } from '../../../../gateway/identity/principal.ts';
import {
  toAuthorizationShape,
  toDecidedRights,
} from '../../../../gateway/policy/authorization-shape.ts';
import { createHeldPolicies } from '../../../../gateway/policy/held-policies.ts';

const principal = (subject: string): Principal =>
  toPrincipal({
    kind: 'user',
    issuer: 'https://id.example',
    subject,
    scopes: [],
    roles: [],
    domain: null,
    purposes: [],
    claims: [],
    expiresAt: 0,
  });

/** Decides that a policy holds for the subject of its own name, and says what it was asked. */
function watched() {
  const asked: string[] = [];
  const observed: unknown[] = [];
  const held = createHeldPolicies(
    ({ subject }, name) => {
      asked.push(`${subject} ${name}`);
      return { holds: subject === name, failed: [] };
    },
    (name, { holds }) => observed.push([name, holds]),
  );
  return { held, asked, observed };
}

test('a policy is decided when it is first asked for, once for all tokens of a caller', () => {
  const { held, asked, observed } = watched();

  const policies = held(principal('ada'));
  expect(asked).toEqual([]);
  expect([policies.has('ada'), policies.has('bob'), policies.has('bob')]).toEqual([
    true,
    false,
    false,
  ]);
  expect(held(principal('ada')).has('ada')).toBe(true);

  expect(asked).toEqual(['ada ada', 'ada bob']);
  expect(observed).toEqual([
    ['ada', true],
    ['bob', false],
  ]);
});

test('what was decided of one caller is not said of another', () => {
  const { held, asked } = watched();

  expect(held(principal('ada')).has('ada')).toBe(true);
  expect(held(principal('bob')).has('ada')).toBe(false);
  expect(held(ANONYMOUS).has('ada')).toBe(false);

  expect(asked).toEqual(['ada ada', 'bob ada', 'null ada']);
});

test('the rights that a shape decided are read off the shape and asked of nobody', () => {
  const mentioned = { authenticated: true, scopes: ['a', 'b'], policies: ['p', 'q', 'r'] };
  const rights = { authenticated: true, scopes: new Set(['b']), policies: new Set(['p', 'r']) };
  const shape = toAuthorizationShape(mentioned, rights);
  const nobodyKnows = {
    has(): boolean {
      throw new Error('asked once more');
    },
  };

  const decided = toDecidedRights(mentioned, shape, { ...rights, policies: nobodyKnows });

  expect(shape).toBe('101101');
  expect(decided).toEqual(rights);
});

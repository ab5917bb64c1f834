import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFlightKey, type KeyedRequest } from '../../../../gateway/cache/create-flight-key.ts';
import { ANONYMOUS } from '../../../../gateway/identity/principal.ts';

interface Facts {
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly extensions: Readonly<Record<string, unknown>> | null;
  readonly method: string;
  readonly authorization: string | null;
  readonly fingerprint: string;
  readonly operation: string;
  readonly grants: string | null;
  readonly headers: readonly (string | undefined)[];
}

const FACTS: Facts = {
  operationName: null,
  variables: null,
  extensions: null,
  method: 'POST',
  authorization: null,
  fingerprint: 'anonymous',
  operation: '{ a }',
  grants: null,
  headers: [undefined, undefined],
};
const NAMES = ['x-tenant', 'accept-language'];

function keyOf(facts: Facts): string {
  const { method, authorization, headers, fingerprint, operation, grants, ...parameters } = facts;
  const header = (name: string) => headers[NAMES.indexOf(name)];
  const request: KeyedRequest = { parameters, method, authorization, header };
  return createFlightKey(NAMES)(request, { ...ANONYMOUS, fingerprint }, operation, grants);
}

test.each<Partial<Facts>>([
  { operationName: 'A' },
  { variables: {} },
  { extensions: {} },
  { method: 'GET' },
  { authorization: '' },
  { fingerprint: 'ada' },
  { operation: '{ a  }' },
  { grants: 'g-1' },
  { headers: ['', undefined] },
  { headers: [undefined, ''] },
])('a request that differs in %j has another key', (difference) => {
  expect(keyOf({ ...FACTS, ...difference })).not.toBe(keyOf(FACTS));
});

test('what stands in one member never passes for a part of the next', () => {
  const unit = fc.constantFrom('"', ',', '\\', '[', 'a', '\n');
  const text = fc.string({ unit, minLength: 1, maxLength: 12 });
  const cut = (whole: string, at: number) => ({
    ...FACTS,
    operation: whole.slice(0, at),
    operationName: whole.slice(at),
  });

  fc.assert(
    fc.property(text, fc.nat(12), fc.nat(12), (whole, one, other) => {
      const [left, right] = [cut(whole, one), cut(whole, other)];
      expect(keyOf(left) === keyOf(right)).toBe(left.operation === right.operation);
    }),
  );
});

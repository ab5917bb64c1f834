import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CompiledPolicies,
  compilePolicies,
  type PolicyFile,
} from '../../../../../gateway/control/policies/compile-policies.ts';
import {
  ANONYMOUS,
  type PrincipalFacts,
  toPrincipal,
} from '../../../../../gateway/identity/principal.ts';

const SCHEMA = readFileSync(
  new URL('../../../../../gateway/policies/meshgate.cedarschema', import.meta.url),
  'utf8',
);

const known: PrincipalFacts = {
  kind: 'user',
  issuer: 'https://id.example',
  subject: 'ada',
  scopes: ['orders:read'],
  roles: ['steward'],
  domain: 'sales',
  purposes: ['forecasting'],
  claims: [['regions', ['West']]],
  expiresAt: 0,
};
const caller = (facts: Partial<PrincipalFacts> = {}) => toPrincipal({ ...known, ...facts });

const file = (text: string, name = 'a.cedar'): PolicyFile => ({ name, text });
const permit = (policy: string, condition: string) =>
  `permit (principal, action == Meshgate::Action::"use", resource == Meshgate::Policy::"${policy}") when { ${condition} };`;

function compiled(...texts: readonly string[]): CompiledPolicies {
  const outcome = compilePolicies(
    SCHEMA,
    texts.map((text, index) => file(text, `${index}.cedar`)),
  );
  if (!outcome.ok) throw new Error(outcome.problems.join('\n'));
  return outcome.policies;
}

const holds = (condition: string, facts: Partial<PrincipalFacts> = {}) =>
  compiled(permit('it', condition)).decide(caller(facts), 'it').holds;

test.each([
  ['principal.authenticated'],
  ['principal has kind && principal.kind == "user"'],
  ['principal has issuer && principal.issuer == "https://id.example"'],
  ['principal has subject && principal.subject == "ada"'],
  ['principal.scopes.contains("orders:read")'],
  ['principal.roles.containsAny(["steward", "owner"])'],
  ['principal has domain && principal.domain like "sa*"'],
  ['principal.purposes == ["forecasting"]'],
  ['principal.hasTag("regions") && principal.getTag("regions").contains("West")'],
  ['resource == Meshgate::Policy::"it"'],
])('a policy may speak of what is known of the caller: %s', (condition) => {
  expect(holds(condition)).toBe(true);
  expect(holds(`!(${condition})`)).toBe(false);
});

test('of an anonymous caller nothing is known', () => {
  const { decide } = compiled(
    permit('any', 'true'),
    permit(
      'none',
      'principal.authenticated || principal has kind || principal has issuer || principal has subject || principal has domain || principal.hasTag("regions") || !principal.scopes.isEmpty() || !principal.roles.isEmpty() || !principal.purposes.isEmpty()',
    ),
  );

  expect(decide(ANONYMOUS, 'any').holds).toBe(true);
  expect(decide(ANONYMOUS, 'none').holds).toBe(false);
  expect(decide(caller({ domain: null }), 'none').holds).toBe(true);
});

test('a name that no policy speaks of never holds', () => {
  const policies = compiled(permit('known', 'true'));

  expect(policies.decide(caller(), 'known')).toEqual({ holds: true, failed: [] });
  expect(policies.decide(caller(), 'unknown')).toEqual({ holds: false, failed: [] });
  expect(policies.decide(caller(), '"known"')).toEqual({ holds: false, failed: [] });
  expect(compiled().decide(caller(), 'known')).toEqual({ holds: false, failed: [] });
});

test('what is forbidden in one file is not permitted by another', () => {
  const forbid = `forbid (principal, action, resource) unless { principal.authenticated };`;
  const { decide, count } = compiled(permit('it', 'true'), forbid);

  expect(count).toBe(2);
  expect(decide(caller(), 'it').holds).toBe(true);
  expect(decide(ANONYMOUS, 'it').holds).toBe(false);
});

test('a policy one of whose rules fails does not hold, though another permits it', () => {
  const overflow = '9223372036854775807 + (if principal.authenticated then 1 else 0) > 0';
  const { decide } = compiled(
    permit('it', 'true'),
    `\n  forbid (principal, action, resource) when { ${overflow} };`,
  );

  expect(decide(caller(), 'it')).toEqual({ holds: false, failed: ['1.cedar:2:3'] });
});

test.each([
  [
    'does not end',
    '// é\npermit (principal, action, resource) when { true',
    /^a\.cedar:2:\d+: failed to parse policies from string: unexpected end of input/,
  ],
  [
    'speaks of what no caller has',
    '// é\npermit (principal, action, resource) when { principal.salary == "1" };',
    /^a\.cedar:2:45: attribute `salary` on entity type `Meshgate::Caller` not found/,
  ],
  [
    'takes for granted what a caller may not have',
    permit('it', 'principal.domain == "sales"'),
    /^a\.cedar:1:\d+: unable to guarantee safety of access to optional attribute `domain`/,
  ],
  [
    'names an action that is none',
    'permit (principal, action == Meshgate::Action::"read", resource);',
    /^a\.cedar:1:\d+: unrecognized action .* \(did you mean `Meshgate::Action::"use"`\?\)$/,
  ],
  [
    'leaves a place open',
    'permit (principal == ?principal, action, resource);',
    /^a\.cedar: static policy set includes a template$/,
  ],
  [
    'nests beyond the bound',
    permit('it', `${'('.repeat(30)}true${')'.repeat(30)}`),
    /^a\.cedar: expected at most 30 brackets within each other$/,
  ],
])('a policy that %s is refused with its place', (_what, text, problem) => {
  const outcome = compilePolicies(SCHEMA, [file(text)]);

  expect(outcome).toEqual({ ok: false, problems: [expect.stringMatching(problem)] });
});

test('all problems of all files are told at once, in the order of the files', () => {
  const outcome = compilePolicies(SCHEMA, [
    file('permit', 'b.cedar'),
    file(permit('it', 'principal.nope'), 'a.cedar'),
    file(permit('it', 'true'), 'c.cedar'),
  ]);

  expect(outcome.ok || outcome.problems.map((problem) => problem.split(':')[0])).toEqual([
    'a.cedar',
    'b.cedar',
  ]);
});

test('a policy that can never hold is pointed out', () => {
  expect(compiled(permit('it', 'false')).warnings).toEqual([
    expect.stringMatching(/^0\.cedar:1:1: policy is impossible/),
  ]);
});

test('the version is that of the content: the order of files does not matter, a letter does', () => {
  const versions = [
    [file('', 'a.cedar'), file(permit('it', 'true'), 'b.cedar')],
    [file(permit('it', 'true'), 'b.cedar'), file('', 'a.cedar')],
    [file('', 'a.cedar'), file(permit('It', 'true'), 'b.cedar')],
  ].map((files) => {
    const outcome = compilePolicies(SCHEMA, files);
    return outcome.ok ? outcome.policies.version : outcome.problems;
  });

  expect(versions[0]).toMatch(/^[\da-f]{16}$/);
  expect(versions[1]).toBe(versions[0]);
  expect(versions[2]).not.toBe(versions[0]);
});

test('two versions decide side by side', () => {
  const before = compiled(permit('it', 'true'));
  const after = compiled(permit('it', 'principal has kind && principal.kind == "machine"'));

  expect([before, after].map(({ decide }) => decide(caller(), 'it').holds)).toEqual([true, false]);
});

test('whatever a caller or a policy is named, it is that name and nothing else', () => {
  const { decide } = compiled(
    permit('it', 'principal has subject && principal.subject == "ada"'),
    permit('claim', 'principal.hasTag("region") && principal.getTag("region").contains("x")'),
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('ada', 'it', '__entity', '__extn', '{"__entity":{"type":"a","id":"b"}}', '"'),
  );

  fc.assert(
    fc.property(text, text, fc.array(text), (subject, name, values) => {
      const claims = [['region', values] as const];
      const principal = caller({ subject, scopes: values, roles: values, claims });

      expect(decide(principal, 'it')).toEqual({ holds: subject === 'ada', failed: [] });
      expect(decide(principal, 'claim')).toEqual({ holds: values.includes('x'), failed: [] });
      const expected = name === 'it' ? subject === 'ada' : name === 'claim' && values.includes('x');
      expect(decide(principal, name).holds).toBe(expected);
    }),
  );
});

test('the policies that come with the gateway tell people from programs and know stewards', () => {
  const shipped = readFileSync(
    new URL('../../../../../gateway/policies/callers.cedar', import.meta.url),
    'utf8',
  );
  const { decide, warnings } = compiled(shipped);
  const machine = caller({ kind: 'machine', roles: [] });

  expect(warnings).toEqual([]);
  expect(['person', 'steward'].map((name) => decide(caller(), name).holds)).toEqual([true, true]);
  expect(['person', 'steward'].map((name) => decide(machine, name).holds)).toEqual([false, false]);
  expect(['person', 'steward'].map((name) => decide(ANONYMOUS, name).holds)).toEqual([
    false,
    false,
  ]);
});

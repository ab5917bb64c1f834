import { expect, test } from 'vitest';
import { readPolicyRules } from '../../../../../gateway/control/policies/read-policy-rules.ts';

const rule = (when: string, head = 'principal, action, resource == Meshgate::Policy::"p"') =>
  `permit (${head}) when { ${when} };`;
const read = (text: string) => {
  const [found] = readPolicyRules([{ place: 'a.cedar:1:1', text }]);
  return found;
};
const mentioned = (when: string) =>
  read(rule(when))?.mentions.map(({ attribute, value }) => `${attribute} ${value}`);

test('finds which texts a rule compares attributes of a caller with', () => {
  expect(
    mentioned(`
      principal.authenticated && principal.authenticated == true &&
      (principal.scopes.contains("s") || !principal.roles.containsAny(["r", "q"])) &&
      principal.purposes.containsAll(["audit"]) && ["t"].containsAny(principal.roles) &&
      principal has domain && principal.domain == "crm" &&
      (if principal has kind then "user" == principal.kind else false) &&
      principal has issuer && ["https://a", "https://b"].contains(principal.issuer) &&
      principal has subject && principal.subject != "eve" &&
      resource == Meshgate::Policy::"p"`),
  ).toEqual([
    ...['scopes s', 'roles r', 'roles q', 'purposes audit', 'roles t'],
    ...['domain null', 'domain crm', 'kind null', 'kind user'],
    ...['issuer null', 'issuer https://a', 'issuer https://b', 'subject null', 'subject eve'],
  ]);
  expect(read(rule('principal.roles.contains("r")'))?.others).toEqual([]);
});

test.each([
  ['principal.hasTag("regions") && principal.getTag("regions").contains("EU")', ['claim regions']],
  ['principal has subject && principal.subject like "svc-*"', ['subject']],
  ['principal.scopes.isEmpty()', ['scopes']],
  ['principal.roles == ["r"]', ['roles']],
  ['["r", "q"].containsAll(principal.roles)', ['roles']],
  ['principal has domain && principal.scopes.contains(principal.domain)', ['domain', 'scopes']],
  ['principal == Meshgate::Caller::"x"', ['who the caller is']],
  [
    'principal.roles.contains("r") || principal.roles.contains(if true then "a" else "b")',
    ['roles'],
  ],
])('says what %s looks at otherwise', (when, others) => {
  expect(read(rule(when))?.others).toEqual(others);
});

test('knows what a rule is about and whether it is for anybody', () => {
  const heads = [
    'principal, action, resource == Meshgate::Policy::"p"',
    'principal is Meshgate::Caller, action, resource',
    'principal == Meshgate::Caller::"x", action, resource in Meshgate::Policy::"p"',
  ];

  expect(
    heads.map((head) => {
      const found = read(rule('true', head));
      return [found?.name, found?.others];
    }),
  ).toEqual([
    ['p', []],
    [null, []],
    [null, ['who the caller is']],
  ]);
});

test('spaces, comments and annotations are no content', () => {
  const text = rule('principal.roles.contains("r")');
  const other = `@id("x") // why\n${text.replaceAll(' ', '  ')}`;

  expect(read(other)?.content).toBe(read(text)?.content);
  expect(read(text.replace('permit', 'forbid'))?.content).not.toBe(read(text)?.content);
});

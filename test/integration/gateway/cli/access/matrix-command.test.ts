import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommandLine } from '../../../../../gateway/cli/command-line.ts';
import { CLASSIFICATION, classifiedFederation } from '../../../../support/classified-federation.ts';
import { createFederation } from '../../../../support/federation-fixture.ts';
import { createCommandTools } from '../../../../support/text-stream.ts';
import { writeFolder } from '../../../../support/write-folder.ts';

async function run(...args: readonly string[]) {
  const tools = createCommandTools();
  const code = await runCommandLine(['node', 'meshgate', 'access', 'matrix', ...args], tools);
  return { code, stdout: tools.stdout.text(), stderr: tools.stderr.text() };
}

const TIMED = CLASSIFICATION.replace(
  'rules:\n',
  `rules:
  - name: desk-hours
    when: { coordinates: [Account.email] }
    for: { roles: [[support]] }
    during: [{ days: [monday, tuesday, wednesday], from: "08:00", to: "18:00", zone: Europe/Berlin }]
    effect: allow
`,
);

async function writeFiles() {
  const { path, remove } = await writeFolder({
    'supergraph.graphql': createFederation(classifiedFederation).supergraphSdl,
    'rules.yaml': CLASSIFICATION,
    'timed.yaml': TIMED,
    'broken.yaml': 'version: 1\nclasses: []\nrules: [{ name: 7 }]\n',
  });
  onTestFinished(remove);
  const file = (name: string) => join(path, name);
  return {
    file,
    files: ['--supergraph', file('supergraph.graphql'), '--rules', file('rules.yaml')],
  };
}

test('shows what the data products of this installation let a caller read', async () => {
  const { code, stdout } = await run('--scopes', 'orders:margin  orders:read');

  expect(code).toBe(0);
  expect(stdout).toMatch(/^element +read +why\n/);
  expect(stdout).toMatch(/^Account\.email +no +needs scope accounts:pii/m);
  expect(stdout).toMatch(/^Account\.id +yes$/m);
});

test('shows what rules mask, deny and allow', async () => {
  const { files } = await writeFiles();

  const support = await run(...files, '--roles', 'support');
  const research = await run(...files, '--purpose', 'research');
  const nobody = await run(...files);

  expect(support.stdout).toMatch(
    /^Account\.email +masked \(keepFirst\) +masked by rule support-sees-parts$/m,
  );
  expect(support.stdout).toMatch(/^Account\.greeting +no +denied by rule support-sees-parts$/m);
  expect(research.stdout).toMatch(
    /^Account\.phone +masked \(hash\) +masked by rule research-joins$/m,
  );
  expect(nobody.stdout).toMatch(/^Account\.email +no +no rule allows it$/m);
});

test('prints facts with names that stay', async () => {
  const { files } = await writeFiles();

  const { code, stdout } = await run(...files, '--roles', 'support', '--json');
  const { supergraph, elements } = JSON.parse(stdout);

  expect(code).toBe(0);
  expect(supergraph).toMatch(/^[\da-f]{16}$/);
  expect(elements).toContainEqual({
    coordinate: 'Account.income',
    kind: 'field',
    read: 'masked',
    reasons: [
      {
        reason: 'RULE_MASKS',
        coordinate: 'Account.income',
        rule: 'support-sees-parts',
        mask: 'bucket',
      },
    ],
  });
});

test('a masked grant opens what it names, masked', async () => {
  const { stdout } = await run('--masked-grant', 'Account.email');

  expect(stdout).toMatch(/^Account\.email +masked \(hash\) +granted masked only$/m);
  expect(stdout).toMatch(/^Account\.name +no +needs scope accounts:pii/m);
});

test('a masked grant shows the mask that it names, where that fits', async () => {
  const { stdout } = await run(
    ...['--masked-grant', 'Account.email=keepLast:4', '--masked-grant', 'Account.phone=year'],
  );
  const refused = await run('--masked-grant', 'Account.email=keepLast');

  expect(stdout).toMatch(/^Account\.email +masked \(keepLast\) +granted masked only$/m);
  expect(stdout).toMatch(/^Account\.phone +masked \(hash\) +granted masked only$/m);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('Expected a mask after =, one of null, redacted');
});

test('a grant opens what it names', async () => {
  const { stdout } = await run('--grant', 'Account.name', '--json');
  const { elements } = JSON.parse(stdout);
  const find = (wanted: string) =>
    elements.find(({ coordinate }: { coordinate: string }) => coordinate === wanted);

  const required = (wanted: string) =>
    find(wanted).reasons.filter(
      ({ reason }: { reason: string }) => reason === 'REQUIREMENT_NOT_MET',
    );
  expect(required('Account.name')).toEqual([]);
  expect(required('Account.email')).toEqual([
    {
      reason: 'REQUIREMENT_NOT_MET',
      coordinate: 'Account.email',
      missing: { authenticated: false, scopes: [['accounts:pii']], policies: [] },
      products: ['accounts'],
    },
  ]);
});

test('says which file it cannot use, and who cannot be', async () => {
  const { file } = await writeFiles();

  const missing = await run('--supergraph', file('none.graphql'));
  const broken = await run('--rules', file('broken.yaml'));
  const nobody = await run('--anonymous', '--scopes', 'a');

  expect([missing.code, broken.code, nobody.code]).toEqual([1, 1, 2]);
  expect(missing.stderr).toContain('Expected a supergraph at');
  expect(broken.stderr).toMatch(/error CONFIG_INVALID: The classification rules in .*broken\.yaml/);
  expect(nobody.stderr).toContain("'--anonymous' cannot be used with");
});

test('shows what rules by time say, at any time and at one', async () => {
  const { file } = await writeFiles();
  const supergraph = ['--supergraph', file('supergraph.graphql'), '--roles', 'support'];
  const rules = ['--rules', file('timed.yaml')];
  const emailOf = (stdout: string) =>
    stdout
      .split('\n')
      .flatMap((line) => (/^Account\.email /.test(line) ? [line.split(/ {2,}/)] : []));

  const always = await run(...supergraph, ...rules);
  const monday = await run(...supergraph, ...rules, '--at', '2026-11-23T12:00:00+01:00');
  const night = await run(...supergraph, ...rules, '--at', '2026-11-23T17:00:00Z');
  const facts = await run(...supergraph, ...rules, '--json');

  const hours = 'during monday to wednesday 08:00-18:00 (Europe/Berlin)';
  expect(always.stdout).toMatch(/^element +read +when +why\n/);
  expect(emailOf(always.stdout)).toEqual(
    expect.arrayContaining([
      ['Account.email', 'yes', hours],
      [
        ...['Account.email', 'masked (keepFirst)', `not ${hours}`],
        'masked by rule support-sees-parts',
      ],
    ]),
  );
  expect(emailOf(monday.stdout)).toEqual([['Account.email', 'yes']]);
  expect(emailOf(night.stdout)).toEqual([
    ['Account.email', 'masked (keepFirst)', 'masked by rule support-sees-parts'],
  ]);
  expect(JSON.parse(facts.stdout).elements).toContainEqual({
    coordinate: 'Account.email',
    kind: 'field',
    read: 'yes',
    when: [{ holds: [hours], holdsNot: [] }],
    reasons: [],
  });
});

test('asks for a time with its zone', async () => {
  const { code, stderr } = await run('--at', '2026-11-23 12:00');

  expect(code).toBe(2);
  expect(stderr).toContain('Expected a time with its zone');
});

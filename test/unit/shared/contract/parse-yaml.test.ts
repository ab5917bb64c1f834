import { expect, test } from 'vitest';

import {
  MAX_YAML_FLOW_DEPTH,
  MAX_YAML_INDENT,
  MAX_YAML_LENGTH,
  parseYaml,
} from '../../../../shared/contract/parse-yaml.ts';

function problemsOf(text: string) {
  const parsed = parseYaml(text);
  return parsed.ok ? [] : parsed.problems;
}

test('leaves dates as the text they are', () => {
  const parsed = parseYaml('day: 2026-01-10\n');

  expect(parsed.ok && parsed.value.value).toEqual({ day: '2026-01-10' });
});

test('finds the line of a value, and of the nearest parent where the value is missing', () => {
  const parsed = parseYaml('team:\n  name: sales\n  members:\n    - role: owner\n');

  expect(parsed.ok && parsed.value.lineOf(['team', 'members', 0, 'role'])).toBe(4);
  expect(parsed.ok && parsed.value.lineOf(['team', 'name', 'first'])).toBe(2);
});

test.each([
  ['a sequence in a sequence, a thousand deep', `${'- '.repeat(1000)}a`],
  ['the same, separated by tabs', `${'-\t\t'.repeat(1000)}a`],
  ['the same, as a value', `a: ${'- '.repeat(1000)}a`],
  ['a key in a key, a thousand deep', `${'? '.repeat(1000)}a`],
  ['a value in a value, a thousand deep', ': '.repeat(1000)],
  ['indentation that goes on and on', `a:\n${' '.repeat(MAX_YAML_INDENT + 1)}b: 1`],
])('refuses %s before composing it', (_, text) => {
  expect(problemsOf(text)).toMatchObject([
    { expected: `at most ${MAX_YAML_INDENT} columns of indentation` },
  ]);
});

test('refuses brackets nested too deep', () => {
  expect(problemsOf('['.repeat(50_000))).toMatchObject([
    { expected: `at most ${MAX_YAML_FLOW_DEPTH} levels of [ and {`, line: 1 },
  ]);
});

test('refuses a text that is too long', () => {
  expect(problemsOf('a'.repeat(MAX_YAML_LENGTH + 1))).toMatchObject([
    { expected: `at most ${MAX_YAML_LENGTH} characters` },
  ]);
});

test.each([
  ['an anchor', 'a: &x [1]\n'],
  ['an alias', 'a: *x\n'],
])('refuses %s, so no text grows while it is read', (_, text) => {
  expect(problemsOf(text)).toMatchObject([{ expected: 'no anchors and no aliases' }]);
});

test.each([
  ['a key that stands twice', 'a: 1\na: 2\n', 2],
  ['a second document', 'a: 1\n---\nb: 2\n', 2],
  ['a tag', 'a: !!js/function x\n', 1],
])('refuses %s', (_, text, line) => {
  expect(problemsOf(text)).toMatchObject([
    { expected: 'well-formed YAML 1.2 in one document', line },
  ]);
});

test('reads stars, ampersands and dashes inside a text as text', () => {
  const parsed = parseYaml('a: |\n  *x &y - - -\nb: "*x"\n');

  expect(parsed.ok && parsed.value.value).toEqual({ a: '*x &y - - -\n', b: '*x' });
});

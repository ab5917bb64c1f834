import { expect, test } from 'vitest';
import { mergeManifests } from '../../../../gateway/documents/merge-manifests.ts';
import { parseManifest } from '../../../../gateway/documents/parse-manifest.ts';
import { sha256Of } from '../../../../gateway/documents/sha256-of.ts';

const APOLLO = { format: 'apollo-persisted-query-manifest', version: 1 };
const A = { id: 'a', body: 'query A { a }', name: 'A', type: 'query' };

const apollo = (...operations: readonly unknown[]) => JSON.stringify({ ...APOLLO, operations });

test("Apollo's form is read, with the names of clients", () => {
  const own = { ...A, body: 'query A { b }', clientName: 'ios' };

  expect(parseManifest(apollo({ ...A, unknown: 1 }, own))).toEqual({
    ok: true,
    operations: [
      { id: 'a', body: A.body, name: 'A', client: null },
      { id: 'a', body: own.body, name: 'A', client: 'ios' },
    ],
  });
});

test("Relay's form is read, and a digest loses its prefix", () => {
  const digest = sha256Of('{ b }');

  expect(parseManifest(JSON.stringify({ a: '{ a }', [`sha256:${digest}`]: '{ b }' }))).toEqual({
    ok: true,
    operations: [
      { id: 'a', body: '{ a }', name: null, client: null },
      { id: digest, body: '{ b }', name: null, client: null },
    ],
  });
});

test.each<[string, string, string]>([
  ['no JSON', '{', 'expected JSON, but found a text that is not'],
  ['a list', '[]', 'expected an object, but found a list'],
  [
    'another version',
    JSON.stringify({ ...APOLLO, version: 2, operations: [] }),
    'version: expected 1, but found 2',
  ],
  [
    'another format',
    JSON.stringify({ format: 'x', version: 1, operations: [] }),
    'format: expected "apollo-persisted-query-manifest", but found "x"',
  ],
  [
    'no body',
    apollo({ ...A, body: 1 }),
    'operations[0].body: expected a text of 1 to 1048576 characters, but found a number',
  ],
  [
    'another type',
    apollo({ ...A, type: 'fragment' }),
    'operations[0].type: expected query, mutation or subscription',
  ],
  [
    'an identifier that is too long',
    JSON.stringify({ ['x'.repeat(513)]: '{ a }' }),
    'an identifier: expected a text of 1 to 512 characters, but found 513',
  ],
  [
    'an identifier twice',
    apollo(A, { ...A, body: '{ b }' }),
    '"a": expected one text, but found two',
  ],
  [
    'a wrong digest',
    JSON.stringify({ 'sha256:00': '{ a }' }),
    '"sha256:00": expected the SHA-256 of its text, but found another',
  ],
])('%s is refused', (_, text, problem) => {
  expect(parseManifest(text)).toEqual({ ok: false, problems: [problem] });
});

test('more operations than there may be are refused, and so is a text that is too long', () => {
  const many = Object.fromEntries(Array.from({ length: 100_001 }, (_, id) => [`i${id}`, '{ a }']));

  expect(parseManifest(JSON.stringify(many))).toEqual({
    ok: false,
    problems: ['expected at most 100000 operations, but found 100001'],
  });
  expect(parseManifest(' '.repeat(64 * 1024 * 1024 + 1))).toMatchObject({ ok: false });
});

test('several manifests are one list, where an identifier means one text', () => {
  const file = (name: string, body: string) => ({ file: name, text: apollo({ ...A, body }) });

  expect(mergeManifests([file('1', '{ a }'), file('2', '{ a }')])).toMatchObject({
    operations: [{ id: 'a' }],
  });
  expect(mergeManifests([file('1', '{ a }'), file('2', '{ b }')])).toEqual({
    ok: false,
    problems: ['2: ["a",null]: expected the text that another file has, but found another'],
  });
});

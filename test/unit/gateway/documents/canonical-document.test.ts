import { expect, test } from 'vitest';
import { digestDocument } from '../../../../gateway/documents/canonical-document.ts';

const digest = (text: string) => digestDocument(text, 100);

test.each([
  [
    'white space, commas and comments',
    'query A($a:I={x:1}){b(a:$a,c:2)}',
    '# c\nquery A($a: I = { x: 1 }) {\n  b(a: $a c: 2)\n}\n',
  ],
  ['the order of definitions', '{ ...F } fragment F on T { a }', 'fragment F on T { a } { ...F }'],
  ['the form of strings', '{ a(b: "c") }', '{ a(b: """c""") }'],
])('%s do not count', (_, left, right) => {
  expect(digest(left)).toBe(digest(right));
});

test.each([
  ['a name', '{ a }', '{ b }'],
  ['an alias', '{ a }', '{ a: a }'],
  ['the order of fields', '{ a b }', '{ b a }'],
  ['a string that looks like code', '{ a(b: "c d") }', '{ a(b: "c" d) }'],
  ['white space in a string', '{ a(b: "c d") }', '{ a(b: "c  d") }'],
  ['a name for a string', '{ a(b: c) }', '{ a(b: "c") }'],
])('%s counts', (_, left, right) => {
  expect(digest(left)).not.toBe(digest(right));
});

test.each(['{ a(b: "c) }', '{ % }', '{ a '.repeat(60)])('%j has none', (text) => {
  expect(digest(text)).toBeNull();
});

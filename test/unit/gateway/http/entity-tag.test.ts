import { expect, test } from 'vitest';
import { hasEntityTag, toEntityTag } from '../../../../gateway/http/entity-tag.ts';

test('the same bytes under another media type have another tag', () => {
  const tags = [
    toEntityTag('abc', 'application/json'),
    toEntityTag('abc', 'application/graphql-response+json'),
  ];

  expect(tags).toEqual(['"abc.application/json"', '"abc.application/graphql-response+json"']);
});

test.each([
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['"b"', false],
  ['*', false],
  ['a', false],
  ['', false],
  [undefined, false],
  [`${'"b",'.repeat(2000)}"a"`, false],
])('If-None-Match %j matches the tag "a": %s', (header, matches) => {
  expect(hasEntityTag(header, '"a"')).toBe(matches);
});

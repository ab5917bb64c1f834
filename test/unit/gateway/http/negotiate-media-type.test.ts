import { expect, test } from 'vitest';
import { negotiateMediaType } from '../../../../gateway/http/negotiate-media-type.ts';

const GRAPHQL = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';

test.each([
  [undefined, JSON_TYPE],
  ['*/*', JSON_TYPE],
  ['*', JSON_TYPE],
  ['application/*', JSON_TYPE],
  [JSON_TYPE, JSON_TYPE],
  [GRAPHQL, GRAPHQL],
  ['Application/GraphQL-Response+JSON', GRAPHQL],
  [`${GRAPHQL}, ${JSON_TYPE};q=0.9`, GRAPHQL],
  [`${JSON_TYPE};q=0.9, ${GRAPHQL}`, GRAPHQL],
  [`${JSON_TYPE}, ${GRAPHQL}`, GRAPHQL],
  [`${JSON_TYPE}, ${GRAPHQL};q=0.5`, JSON_TYPE],
  [`${GRAPHQL};q=0.1, */*;q=0.2`, JSON_TYPE],
  [`${JSON_TYPE};q=0, */*`, GRAPHQL],
  [`${GRAPHQL};q=0, */*;q=0.1`, JSON_TYPE],
  ['text/html,application/xhtml+xml,*/*;q=0.8', JSON_TYPE],
  [`${GRAPHQL}; charset=utf-8`, GRAPHQL],
  [`${GRAPHQL}; charset="UTF-8"`, GRAPHQL],
  [`${GRAPHQL}; charset=iso-8859-1, ${JSON_TYPE}`, JSON_TYPE],
  [`${GRAPHQL};q=nonsense`, GRAPHQL],
])('accept %j is answered with %s', (accept, expected) => {
  expect(negotiateMediaType(accept)).toBe(expected);
});

test.each([
  'text/html',
  'application/xml',
  `${JSON_TYPE};q=0`,
  '*/*;q=0',
  `${JSON_TYPE}; charset=utf-16`,
  'application/jsonp',
  '',
])('accept %j leaves no media type', (accept) => {
  expect(negotiateMediaType(accept)).toBeNull();
});

test('a header is chosen for the same way the second time', () => {
  const accept = `${JSON_TYPE};q=0.3, ${GRAPHQL};q=0.4`;

  expect([negotiateMediaType(accept), negotiateMediaType(accept)]).toEqual([GRAPHQL, GRAPHQL]);
});

import { expect, test } from 'vitest';

import { readCredentials } from '../../../../gateway/http/read-credentials.ts';

const cookieOf = (cookie: string) => readCredentials({ cookie }, '__Host-token')?.authorization;

test('the header comes first, and a cookie beside it is not looked at', () => {
  const headers = { authorization: 'Bearer a', cookie: '__Host-token=b' };

  expect(readCredentials(headers, '__Host-token')).toEqual({
    authorization: 'Bearer a',
    fromCookie: false,
  });
});

test.each([
  ['__Host-token=a.b-c', 'Bearer a.b-c'],
  ['x=1; __Host-token=a; y=2', 'Bearer a'],
  ['x=1;__Host-token=a', 'Bearer a'],
  ['__Host-token=', 'Bearer '],
  ['__Host-token=a; __Host-token=b', 'Bearer '],
  ['__Host-token=a; __Host-token=a', 'Bearer '],
  ['__host-token=a', undefined],
  ['x__Host-token=a', undefined],
  ['__Host-token', undefined],
  ['', undefined],
])('reads the cookies %j as %j', (cookies, authorization) => {
  expect(cookieOf(cookies)).toBe(authorization);
});

test('looks at no cookie unless one is named', () => {
  expect(readCredentials({ cookie: 'null=a; token=b' }, null)).toBeNull();
});

import { expect, test } from 'vitest';

import { decodeToken } from '../../../../../gateway/identity/jwt/decode-token.ts';
import { encodePart } from '../../../../support/token-issuer.ts';

const header = { alg: 'ES256', kid: 'k' };
const payload = { sub: 'ana' };
const tokenOf = (head: object | string, body: object | string) =>
  `${encodePart(head)}.${encodePart(body)}.c2lnbmF0dXJl`;

test('takes a bearer token apart', () => {
  const token = tokenOf(header, payload);

  expect(decodeToken(`Bearer ${token}`)).toEqual({ ok: true, token, header, payload });
});

test.each(['bearer', 'BEARER', 'Bearer  '])(
  'reads the scheme %j without case (RFC 9110, 11.1)',
  (scheme) => {
    expect(decodeToken(`${scheme} ${tokenOf(header, payload)}`)).toMatchObject({ ok: true });
  },
);

test.each([undefined, 'JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt'])(
  'accepts the typ %s',
  (typ) => {
    expect(decodeToken(`Bearer ${tokenOf({ ...header, typ }, payload)}`)).toMatchObject({
      ok: true,
    });
  },
);

test.each(['id+jwt', 'logout+jwt', 'dpop+jwt', 'secevent+jwt', '', null, 1, ['JWT']])(
  'refuses the typ %j, which is no access token',
  (typ) => {
    expect(decodeToken(`Bearer ${tokenOf({ ...header, typ }, payload)}`)).toEqual({
      ok: false,
      code: 'TOKEN_MALFORMED',
      message: 'The token is not an access token; its typ is JWT or at+jwt.',
    });
  },
);

test.each([[['exp']], [['b64']], [[]], null, 'x'])(
  'refuses crit %j, as no extension is understood (RFC 7515, 4.1.11)',
  (crit) => {
    const head = { ...header, crit, exp: 1, b64: true };

    expect(decodeToken(`Bearer ${tokenOf(head, payload)}`)).toMatchObject({
      ok: false,
      message: 'The access token demands an extension that is not known here.',
    });
  },
);

test.each([1, null, ['k'], { k: 1 }])('refuses %j as kid', (kid) => {
  expect(decodeToken(`Bearer ${tokenOf({ ...header, kid }, payload)}`)).toEqual({
    ok: false,
    code: 'TOKEN_MALFORMED',
    message: 'The kid of the access token must be text.',
  });
});

test.each([
  '',
  'Bearer',
  'Bearer ',
  'Bearer x',
  'Bearer a.b',
  'Bearer a.b.',
  'Bearer .a.b',
  'Bearer a.b.c.d',
  'Bearer a.b.c.d.e',
  'Bearer a.b.c d',
  'Bearer a.b.c,Bearer a.b.c',
  'Bearer a=.b.c',
  'Bearer a+b.c.d',
  'Basic dXNlcjpwYXNz',
  'DPoP a.b.c',
  'a.b.c',
  ' Bearer a.b.c',
  'Bearer\ta.b.c',
])('refuses %j, which is no bearer token in compact form', (authorization) => {
  expect(decodeToken(authorization)).toEqual({
    ok: false,
    code: 'TOKEN_MALFORMED',
    message: 'Expected the header authorization to be Bearer and a JWT.',
  });
});

test.each([
  ['a payload that is no JSON', tokenOf(header, 'x')],
  ['a payload that is a list', tokenOf(header, '[]')],
  ['a payload that is null', tokenOf(header, 'null')],
  ['a payload that is text', tokenOf(header, '"x"')],
  ['a header that is no JSON', tokenOf('{', payload)],
  ['a header that is a number', tokenOf('1', payload)],
  ['a claim given twice', tokenOf(header, '{"sub":"ana","sub":"root"}')],
  ['a claim given twice, once escaped', tokenOf(header, '{"sub":"ana","\\u0073ub":"root"}')],
  ['a header parameter given twice', tokenOf('{"alg":"ES256","alg":"none"}', payload)],
  [
    'bytes that are no UTF-8',
    `${encodePart(header)}.${Buffer.from('{"sub":"\u00ff"}', 'latin1').toString('base64url')}.c2ln`,
  ],
])('refuses %s', (_, token) => {
  expect(decodeToken(`Bearer ${token}`)).toEqual({
    ok: false,
    code: 'TOKEN_MALFORMED',
    message: 'The access token is not a signed JSON Web Token.',
  });
});

/**
 * Tokens that no honest issuer makes, sent to a real gateway over HTTP. None gets in, each is
 * counted, and the gateway serves on.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725
 */
import { createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto';

import { CompactEncrypt, exportSPKI, importJWK } from 'jose';
import { expect, test } from 'vitest';

import { createTokenIssuer, encodePart, serveHttp } from '../../support/token-issuer.ts';
import { createAttackedGateway } from './attacked-gateway.ts';

const HEADER = { alg: 'ES256', kid: 'ES256-1' };

const now = () => Math.floor(Date.now() / 1000);
const claimsOf = (changes: object = {}) => ({
  iss: 'https://id.example',
  aud: 'meshgate',
  sub: 'ada',
  scope: 'desk:read',
  iat: now(),
  exp: now() + 300,
  ...changes,
});
const unsigned = (header: object | string, signature = 'c2lnbmF0dXJl') =>
  `${encodePart(header)}.${encodePart(claimsOf())}.${signature}`;

test('an algorithm that signs nothing is no signature, however it is spelt', async () => {
  const gateway = await createAttackedGateway();
  const attacks = ['none', 'None', 'NONE', 'nOnE', 'none ', '', 'null'] as const;

  for (const alg of attacks) {
    await gateway.expectRefused(unsigned({ alg }), 'TOKEN_SIGNATURE_INVALID');
    await gateway.expectRefused(unsigned({ alg }, ''), 'TOKEN_MALFORMED');
    await gateway.expectRefused(unsigned({ alg }).replace(/\.[^.]*$/, ''), 'TOKEN_MALFORMED');
  }
  await gateway.expectUnharmed();
});

test('a public key is no shared secret, in whatever form it is used as one', async () => {
  const gateway = await createAttackedGateway();
  const { publicJwk } = gateway.issuer;
  const pem = await exportSPKI(
    (await importJWK(publicJwk, 'ES256', { extractable: true })) as never,
  );
  const secrets = [pem, pem.trim(), JSON.stringify(publicJwk), publicJwk.x ?? '', ''];

  for (const alg of ['HS256', 'HS384', 'HS512']) {
    for (const secret of secrets) {
      const signed = `${encodePart({ ...HEADER, alg })}.${encodePart(claimsOf())}`;
      const mac = createHmac(alg.replace('HS', 'sha'), secret).update(signed).digest('base64url');
      await gateway.expectRefused(`${signed}.${mac}`, 'TOKEN_SIGNATURE_INVALID');
    }
  }
  await gateway.expectUnharmed();
});

test('a kid is compared and never looked up elsewhere', async () => {
  const gateway = await createAttackedGateway();
  const attacks = [
    ['that is a path', '../../../../dev/null'],
    ['that is a file URL', 'file:///dev/null'],
    ['that is SQL', "x' UNION SELECT 'secret' --"],
    ['that is a command', '| sleep 10'],
    ['with a NUL', 'ES256-1\u0000'],
    ['of ten thousand characters', 'k'.repeat(10_000)],
    ['without a character', ''],
    ['in another case', 'es256-1'],
    ['of an inherited name', '__proto__'],
  ] as const;

  for (const [which, kid] of attacks) {
    const forger = await createTokenIssuer('https://id.example', 'ES256', kid);

    await gateway.expectRefused(await forger.sign(claimsOf()), 'TOKEN_SIGNATURE_INVALID', which);
  }
  await gateway.expectUnharmed();
});

test('a kid that is no text is malformed', async () => {
  const gateway = await createAttackedGateway();
  const attacks = [[7], [null], [true], [['ES256-1']], [{ kid: 'ES256-1' }]] as const;

  for (const [kid] of attacks) {
    await gateway.expectRefused(unsigned({ alg: 'ES256', kid }), 'TOKEN_MALFORMED');
  }
  await gateway.expectUnharmed();
});

test('a token cannot bring its own key, nor say where it is', async () => {
  const gateway = await createAttackedGateway();
  const forger = await createTokenIssuer('https://id.example');
  let fetched = 0;
  const url = await serveHttp((_, response) => {
    fetched += 1;
    response.end(JSON.stringify({ keys: [forger.publicJwk] }));
  });
  const offers = [
    { jwk: forger.publicJwk },
    { jku: url },
    { x5u: url },
    { x5c: [encodePart('certificate')] },
    { x5t: encodePart('thumbprint'), 'x5t#S256': encodePart('thumbprint') },
    { jwk: forger.publicJwk, jku: url, x5u: url, kid: undefined },
  ];

  for (const offer of offers) {
    await gateway.expectRefused(await forger.sign(claimsOf(), offer), 'TOKEN_SIGNATURE_INVALID');
  }
  expect(fetched).toBe(0);
  await gateway.expectUnharmed();
});

test('claims that do not hold are refused although the issuer has signed them', async () => {
  const gateway = await createAttackedGateway();
  const attacks = [
    ['of another issuer', { iss: 'https://evil.example' }, 'TOKEN_ISSUER_UNKNOWN'],
    ['of an issuer with a slash', { iss: 'https://id.example/' }, 'TOKEN_ISSUER_UNKNOWN'],
    ['of a list of issuers', { iss: ['https://id.example'] }, 'TOKEN_ISSUER_UNKNOWN'],
    ['without an issuer', { iss: undefined }, 'TOKEN_ISSUER_UNKNOWN'],
    ['that means to be an API key', { iss: 'urn:meshgate:api-key' }, 'TOKEN_ISSUER_UNKNOWN'],
    ['for another audience', { aud: 'other' }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['for other audiences', { aud: ['other', 'meshgate '] }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['for part of an audience', { aud: 'meshgate-admin' }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['for an audience in an object', { aud: { meshgate: true } }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['for no audience', { aud: [] }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['not valid yet', { nbf: now() + 3600 }, 'TOKEN_NOT_YET_VALID'],
    ['issued in the future', { iat: now() + 3600 }, 'TOKEN_NOT_YET_VALID'],
    ['that has expired', { exp: now() - 3600 }, 'TOKEN_EXPIRED'],
    ['that expired in 1970', { exp: 0 }, 'TOKEN_EXPIRED'],
    ['without exp', { exp: undefined }, 'TOKEN_CLAIM_INVALID'],
    ['with exp as text', { exp: String(now() + 300) }, 'TOKEN_CLAIM_INVALID'],
    ['with a negative exp', { exp: -1 }, 'TOKEN_CLAIM_INVALID'],
    ['with an exp beyond all calendars', { exp: 1e300 }, 'TOKEN_CLAIM_INVALID'],
    ['with exp in a list', { exp: [now() + 300] }, 'TOKEN_CLAIM_INVALID'],
    ['with nbf as text', { nbf: '0' }, 'TOKEN_CLAIM_INVALID'],
    ['without a subject', { sub: undefined }, 'TOKEN_CLAIM_INVALID'],
    ['with a NUL in its subject', { sub: 'ada\u0000' }, 'TOKEN_CLAIM_INVALID'],
    ['with a line break in its subject', { sub: 'ada\nroot' }, 'TOKEN_CLAIM_INVALID'],
    ['with half a character in its subject', { sub: 'ada\ud800' }, 'TOKEN_CLAIM_INVALID'],
    ['with a NUL in a row claim', { regions: ['West', '\u0000'] }, 'TOKEN_CLAIM_INVALID'],
    ['with a NUL in a scope', { scope: 'desk:read\u0000' }, 'TOKEN_CLAIM_INVALID'],
    ['with roles in objects', { roles: [{ name: 'admin' }] }, 'TOKEN_CLAIM_INVALID'],
    ['with an id that is no text', { jti: { $ne: '' } }, 'TOKEN_CLAIM_INVALID'],
  ] as const;

  for (const [which, changes, code] of attacks) {
    await gateway.expectRefused(await gateway.issuer.sign(claimsOf(changes)), code, which);
  }
  await gateway.expectUnharmed();
});

test('a token of another type is no access token', async () => {
  const gateway = await createAttackedGateway();
  const attacks = [
    ['an ID token', { typ: 'id+jwt' }],
    ['a logout token', { typ: 'logout+jwt' }],
    ['a proof of possession', { typ: 'dpop+jwt' }],
    ['of no known type', { typ: 7 }],
  ] as const;

  for (const [which, header] of attacks) {
    await gateway.expectRefused(
      await gateway.issuer.sign(claimsOf(), header),
      'TOKEN_MALFORMED',
      which,
    );
  }
  await gateway.expectUnharmed();
});

test('a token that demands an extension is refused', async () => {
  const gateway = await createAttackedGateway();
  const attacks = [
    ['an unknown critical header', { ...HEADER, crit: ['x'], x: 1 }],
    ['an empty list of critical headers', { ...HEADER, crit: [] }],
    ['a payload that is not encoded', { ...HEADER, b64: false, crit: ['b64'] }],
    ['a payload that is said to be not encoded', { ...HEADER, b64: false }],
  ] as const;

  for (const [which, header] of attacks) {
    await gateway.expectRefused(unsigned(header), 'TOKEN_MALFORMED', which);
  }
  await gateway.expectUnharmed();
});

test('what is said twice is not said', async () => {
  const gateway = await createAttackedGateway();
  const twice = JSON.stringify(claimsOf()).replace('{', '{"sub":"root",');
  const escaped = JSON.stringify(claimsOf()).replace('{', '{"\\u0073ub":"root",');

  await gateway.expectRefused(await gateway.issuer.sign(twice), 'TOKEN_MALFORMED');
  await gateway.expectRefused(await gateway.issuer.sign(escaped), 'TOKEN_MALFORMED');
  await gateway.expectRefused(unsigned('{"alg":"ES256","alg":"none"}'), 'TOKEN_MALFORMED');
});

test('a token is written in one way only', async () => {
  const gateway = await createAttackedGateway();
  const token = await gateway.token({ scope: 'desk:read' });
  const [header = '', payload = '', signature = ''] = token.split('.');
  const last = signature.at(-1) ?? '';
  // 64 bytes leave four bits of the last character unused.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const other = alphabet[alphabet.indexOf(last) + 1];

  for (const written of [
    `${header}.${payload}.${signature.slice(0, -1)}${other}`,
    `${header}.${payload}.${signature}==`,
    `${header}=.${payload}.${signature}`,
    `${header}.${payload}.${signature}.`,
    `${header}.${payload}.${signature.replace(/[\w-]/, '+')}`,
    ` ${token}`.replace('.', '. '),
    `${token}\u00a0`,
  ]) {
    await gateway.expectRefused(written, 'TOKEN_MALFORMED');
  }
});

test('a signature is there, whole and of this text', async () => {
  const gateway = await createAttackedGateway();
  const [header, payload, signature = ''] = (await gateway.token({ scope: 'desk:read' })).split(
    '.',
  );
  const zeros = Buffer.alloc(64).toString('base64url');
  const order = Buffer.from(
    'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2),
    'hex',
  ).toString('base64url');

  await gateway.expectRefused(`${header}.${payload}.`, 'TOKEN_MALFORMED');
  await gateway.expectRefused(`${header}.${payload}`, 'TOKEN_MALFORMED');
  for (const forged of [
    `${header}.${payload}.${signature.slice(0, 40)}`,
    `${header}.${payload}.${zeros}`,
    `${header}.${payload}.${order}`,
    `${header}.${encodePart(claimsOf({ sub: 'root' }))}.${signature}`,
    `${encodePart({ ...HEADER, typ: 'JWT' })}.${payload}.${signature}`,
  ]) {
    await gateway.expectRefused(forged, 'TOKEN_SIGNATURE_INVALID');
  }
});

test('a key is used only for what it is: another curve, another kind, a short one are of no use', async () => {
  const gateway = await createAttackedGateway();
  const signed = `${encodePart(HEADER)}.${encodePart(claimsOf())}`;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const rsa512 = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey;
  const ed25519 = generateKeyPairSync('ed25519').privateKey;
  const signatures = [
    createSign('sha256').update(signed).sign({ key: p384, dsaEncoding: 'ieee-p1363' }, 'base64url'),
    createSign('sha256').update(signed).sign(rsa512, 'base64url'),
    sign(null, Buffer.from(signed), ed25519).toString('base64url'),
  ];

  for (const signature of signatures) {
    await gateway.expectRefused(`${signed}.${signature}`, 'TOKEN_SIGNATURE_INVALID');
  }
  for (const alg of ['RS256', 'PS256', 'ES384', 'EdDSA', 'ES256K']) {
    await gateway.expectRefused(unsigned({ ...HEADER, alg }), 'TOKEN_SIGNATURE_INVALID');
  }
});

test('a token in a token, or an encrypted one, is malformed', async () => {
  const gateway = await createAttackedGateway();
  const honest = await gateway.token({ scope: 'desk:read' });
  const encrypted = await new CompactEncrypt(new TextEncoder().encode(honest))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(new Uint8Array(32));

  const nested = await gateway.issuer.sign(honest, { cty: 'JWT' });

  await gateway.expectRefused(encrypted, 'TOKEN_MALFORMED');
  await gateway.expectRefused(nested, 'TOKEN_MALFORMED');
  await gateway.expectRefused(await gateway.issuer.sign(JSON.stringify(honest)), 'TOKEN_MALFORMED');
});

test('a token of more bytes than are looked at is refused', async () => {
  const gateway = await createAttackedGateway();
  const long = await gateway.issuer.sign(claimsOf({ padding: 'x'.repeat(13_000) }));

  await gateway.expectRefused(long, 'TOKEN_MALFORMED');
  await gateway.expectRefused('x'.repeat(24_000), 'TOKEN_MALFORMED');
  await gateway.expectUnharmed();
});

test('a deeply nested or huge claim is read or refused, and harms nobody', async () => {
  const gateway = await createAttackedGateway();
  const nested = `${'['.repeat(5000)}${']'.repeat(5000)}`;
  const payload = JSON.stringify(claimsOf()).replace('{', `{"deep":${nested},`);
  const { status } = await gateway.send(`Bearer ${await gateway.issuer.sign(payload)}`);

  expect([200, 401]).toContain(status);
  await gateway.expectRefused(unsigned(`{"alg":${nested}}`), 'TOKEN_SIGNATURE_INVALID');
  await gateway.expectUnharmed();
});

test('credentials of another kind are refused, not taken for none', async () => {
  const gateway = await createAttackedGateway();
  const schemes = ['Basic YWRhOmFkYQ==', 'DPoP a.b.c', 'Bearer', 'Bearer undefined', 'mgk_x', ','];

  for (const authorization of schemes) {
    const { status, body } = await gateway.send(authorization);
    expect({ status, code: body.errors?.[0]?.extensions.code }).toEqual({
      status: 401,
      code: 'TOKEN_MALFORMED',
    });
  }
  expect(await gateway.countRefusals()).toEqual({ TOKEN_MALFORMED: schemes.length });
});

test('an API key that nobody made, or that is mistyped, is refused', async () => {
  const gateway = await createAttackedGateway();
  const wellFormed = `mgk_0123456789ab_${'0'.repeat(64)}`;

  for (const key of ['mgk_', wellFormed, `${wellFormed}00000000`, `${wellFormed}ee2bd0a8`]) {
    await gateway.expectRefused(key, 'API_KEY_INVALID');
  }
  await gateway.expectUnharmed();
});

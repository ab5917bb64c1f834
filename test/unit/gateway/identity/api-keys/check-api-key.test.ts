import { randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  hashSecret,
  parseApiKey,
  renderApiKey,
} from '../../../../../gateway/identity/api-keys/api-key-text.ts';
import { checkApiKey } from '../../../../../gateway/identity/api-keys/check-api-key.ts';
import { CredentialRegister } from '../../../../../gateway/identity/credential-register.ts';
import { toPrincipal } from '../../../../../gateway/identity/principal.ts';

const now = 1_800_000_000;
const id = '0123456789ab';

const principal = (expiresAt: number) =>
  toPrincipal({
    kind: 'machine',
    issuer: 'urn:meshgate:api-key',
    subject: id,
    scopes: ['a'],
    roles: [],
    domain: null,
    purposes: [],
    claims: [],
    expiresAt,
  });

/** A register with one key of several secrets, each with its end. */
function createRegister(...secrets: (readonly [secret: Uint8Array, expiresAt: number])[]) {
  const register = new CredentialRegister(true);
  const kept = secrets.map(([secret, expiresAt]) => ({
    hash: hashSecret(secret),
    issuedAt: now - 60,
    principal: principal(expiresAt),
  }));
  register.replace([{ id, secrets: kept, lastUsedAtMs: 0 }], []);
  return register;
}

const [secret, other] = [randomBytes(32), randomBytes(32)];
const codeOf = (text: string, register: CredentialRegister) => {
  const checked = checkApiKey(text, register, now);
  return checked.ok ? checked.principal.subject : checked.code;
};

test('a key reads as it was written', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      expect(parseApiKey(renderApiKey({ id, secret: bytes }))).toEqual({
        id,
        secret: Buffer.from(bytes),
      });
    }),
  );
});

test('a key with one character changed is no key', () => {
  const key = renderApiKey({ id, secret });
  for (let at = 4; at < key.length; at += 1) {
    const changed = `${key.slice(0, at)}${key[at] === '0' ? '1' : '0'}${key.slice(at + 1)}`;
    expect(parseApiKey(changed), String(at)).toBeNull();
  }
});

test('each secret of a key that is valid is accepted', () => {
  const register = createRegister([secret, now + 60], [other, now + 1]);

  expect(codeOf(renderApiKey({ id, secret }), register)).toBe(id);
  expect(codeOf(renderApiKey({ id, secret: other }), register)).toBe(id);
});

test('a secret whose time is over is told so, one that is wrong is not', () => {
  const register = createRegister([secret, now]);

  expect(codeOf(renderApiKey({ id, secret }), register)).toBe('TOKEN_EXPIRED');
  expect(checkApiKey(renderApiKey({ id, secret: other }), register, now)).toEqual(
    checkApiKey(renderApiKey({ id: 'ba9876543210', secret }), register, now),
  );
});

test('says what may be revoked of a key', () => {
  const checked = checkApiKey(
    renderApiKey({ id, secret }),
    createRegister([secret, now + 60]),
    now,
  );

  expect(checked).toMatchObject({
    facts: {
      issuer: 'urn:meshgate:api-key',
      subject: id,
      tokenId: null,
      keyId: id,
      issuedAt: now - 60,
    },
  });
});

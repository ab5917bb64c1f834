import { expect, test } from 'vitest';

import type { CredentialFacts } from '../../../../gateway/identity/authentication-outcome.ts';
import {
  CredentialRegister,
  type Revocation,
} from '../../../../gateway/identity/credential-register.ts';

const facts: CredentialFacts = {
  issuer: 'https://id.example',
  subject: 'ana',
  tokenId: 't1',
  keyId: 'k1',
  issuedAt: 100,
};

function isRevoked(revocation: Partial<Revocation>, changes: Partial<CredentialFacts> = {}) {
  const register = new CredentialRegister(false);
  register.replace(
    [],
    [{ kind: 'jti', value: 't1', issuer: null, issuedBefore: 200, ...revocation }],
  );
  return register.isRevoked({ ...facts, ...changes });
}

test.each([
  [{}, {}, true],
  [{ value: 't2' }, {}, false],
  [{}, { tokenId: null }, false],
  [{ issuer: 'https://id.example' }, {}, true],
  [{ issuer: 'https://other.example' }, {}, false],
  [{ kind: 'kid', value: 'k1' }, {}, true],
  [{ kind: 'kid', value: 't1' }, {}, false],
  [{ kind: 'kid', value: 'k1' }, { keyId: null }, false],
  [{ kind: 'sub', value: 'ana' }, {}, true],
  [{ kind: 'sub', value: 'ana' }, { issuedAt: 199.9 }, true],
  [{ kind: 'sub', value: 'ana' }, { issuedAt: 200 }, false],
  [{ kind: 'sub', value: 'ana' }, { issuedAt: null }, true],
  [{ kind: 'sub', value: 'ben' }, {}, false],
] as const)('after %j, a credential with %j is revoked: %s', (revocation, changes, revoked) => {
  expect(isRevoked(revocation, changes)).toBe(revoked);
});

test('the later of two moments counts when a subject is revoked here and everywhere', () => {
  const register = new CredentialRegister(false);
  const subject = { kind: 'sub', value: 'ana' } as const;
  register.replace(
    [],
    [
      { ...subject, issuer: null, issuedBefore: 50 },
      { ...subject, issuer: facts.issuer, issuedBefore: 150 },
    ],
  );

  expect(register.isRevoked(facts)).toBe(true);
  expect(register.isRevoked({ ...facts, issuer: 'https://other.example' })).toBe(false);
});

test('no two revocations read alike', () => {
  expect(isRevoked({ value: 't1@https://id.example', issuer: null })).toBe(false);
  expect(isRevoked({ value: '', issuer: 't1' }, { tokenId: '' })).toBe(false);
});

test('each replacement is an epoch, and the last is all there is', () => {
  const register = new CredentialRegister(true);
  register.replace([{ id: 'a', secrets: [], lastUsedAtMs: 0 }], []);
  register.replace([{ id: 'b', secrets: [], lastUsedAtMs: 0 }], []);

  expect([register.epoch, register.findApiKey('a'), register.findApiKey('b')?.id]).toEqual([
    2,
    undefined,
    'b',
  ]);
  expect(register.size).toEqual({ apiKeys: 1, revocations: 0 });
});

test('a replacement keeps when a key was last used', () => {
  const register = new CredentialRegister(true);
  register.replace([{ id: 'a', secrets: [], lastUsedAtMs: 7 }], []);
  register.replace([{ id: 'a', secrets: [], lastUsedAtMs: 0 }], []);

  expect(register.findApiKey('a')?.lastUsedAtMs).toBe(7);
});

import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { calculateJwkThumbprint } from 'jose';
import { expect, onTestFinished, test } from 'vitest';

import {
  loadOrCreateSigningKey,
  loadSigningKey,
} from '../../../../../gateway/identity/trust/signing-key.ts';

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-key-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const newJwk = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });

test('makes a key that only its owner can read, with a public key set for everyone', async () => {
  const file = join(await makeFolder(), 'deep', 'keys', 'gateway.json');

  const key = await loadOrCreateSigningKey(file);

  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(key.publicJwksFile).toBe(file.replace('gateway.json', 'gateway.jwks.json'));
  expect(JSON.parse(await readFile(key.publicJwksFile, 'utf8'))).toEqual(key.publicJwks);
  const { kty, crv, x, d } = key.privateJwk;
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ kty, crv, x, d });
  const kid = await calculateJwkThumbprint({ kty, crv, x });
  expect(key.publicJwks).toEqual({ keys: [{ kty, crv, x, kid, alg: 'EdDSA', use: 'sig' }] });
});

test('returns the same key every time', async () => {
  const file = join(await makeFolder(), 'gateway.json');

  const key = await loadOrCreateSigningKey(file);

  expect(await loadOrCreateSigningKey(file)).toEqual(key);
  expect(await loadSigningKey(file)).toEqual(key);
});

test('gives all who create a key at once the same one, and leaves no drafts', async () => {
  const folder = await makeFolder();
  const file = join(folder, 'gateway.json');

  const keys = await Promise.all(Array.from({ length: 20 }, () => loadOrCreateSigningKey(file)));

  expect(new Set(keys.map((key) => key.privateJwk.d)).size).toBe(1);
  expect((await readdir(folder)).sort()).toEqual(['gateway.json', 'gateway.jwks.json']);
});

test('answers null where there is no key', async () => {
  expect(await loadSigningKey(join(await makeFolder(), 'none.json'))).toBeNull();
});

test('takes a key that was made elsewhere and names it by its thumbprint (RFC 7638)', async () => {
  const file = join(await makeFolder(), 'gateway.key');
  const { kty, crv, x, d } = newJwk();
  await writeFile(file, JSON.stringify({ kty, crv, x, d, alg: 'EdDSA', key_ops: ['sign'] }));

  const key = await loadSigningKey(file);

  const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x: x ?? '' });
  expect(key).toMatchObject({
    privateJwk: { kty, crv, x, d, kid },
    publicJwksFile: `${file}.jwks.json`,
  });
});

test('keeps the kid that a key already has', async () => {
  const file = join(await makeFolder(), 'gateway.json');
  await writeFile(file, JSON.stringify({ ...newJwk(), kid: 'gateway-2026' }));

  expect(await loadSigningKey(file)).toMatchObject({
    privateJwk: { kid: 'gateway-2026' },
    publicJwks: { keys: [{ kid: 'gateway-2026' }] },
  });
});

test('writes the public key set anew when it is missing or outdated', async () => {
  const file = join(await makeFolder(), 'gateway.json');
  const key = await loadOrCreateSigningKey(file);
  const written = await readFile(key.publicJwksFile, 'utf8');

  await rm(key.publicJwksFile);
  await loadOrCreateSigningKey(file);
  expect(await readFile(key.publicJwksFile, 'utf8')).toBe(written);

  await writeFile(key.publicJwksFile, '{"keys":[]}');
  await loadSigningKey(file);
  expect(await readFile(key.publicJwksFile, 'utf8')).toBe(written);
});

test('loads a key whose public key set cannot be written', async () => {
  const folder = await makeFolder();
  const file = join(folder, 'gateway.json');
  await writeFile(file, JSON.stringify(newJwk()));
  await mkdir(join(folder, 'gateway.jwks.json'));

  expect(await loadSigningKey(file)).toMatchObject({ privateJwk: { crv: 'Ed25519' } });
  expect((await readdir(folder)).sort()).toEqual(['gateway.json', 'gateway.jwks.json']);
});

test('says so when a new key cannot be published', async () => {
  const folder = await makeFolder();
  await mkdir(join(folder, 'gateway.jwks.json'));

  await expect(loadOrCreateSigningKey(join(folder, 'gateway.json'))).rejects.toMatchObject({
    code: 'EISDIR',
  });
});

test('passes on why a key cannot be made', async () => {
  const file = join(await makeFolder(), 'folder', 'gateway.json');
  await loadOrCreateSigningKey(file);

  await expect(loadOrCreateSigningKey(join(file, 'gateway.json'))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `The key file ${file}/gateway.json cannot be read (ENOTDIR).`,
  });
});

const { publicKey: rsaPublic, privateKey: rsa } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
});

test.each([
  ['nothing', ''],
  ['no JSON', 'hunter2'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a PEM', rsa.export({ format: 'pem', type: 'pkcs8' }).toString()],
  ['a key of another kind', JSON.stringify(rsa.export({ format: 'jwk' }))],
  ['a public key', JSON.stringify(rsaPublic.export({ format: 'jwk' }))],
  ['the public half only', JSON.stringify({ ...newJwk(), d: undefined })],
  ['no public half', JSON.stringify({ ...newJwk(), x: undefined })],
  ['halves of two keys', JSON.stringify({ ...newJwk(), x: newJwk().x })],
  ['a private half of the wrong length', JSON.stringify({ ...newJwk(), d: 'AAAA' })],
  [
    'a key for agreement',
    JSON.stringify(generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' })),
  ],
])('refuses a file that holds %s, without repeating or replacing it', async (_, text) => {
  const file = join(await makeFolder(), 'gateway.json');
  await writeFile(file, text);

  await expect(loadOrCreateSigningKey(file)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `Expected a private Ed25519 key as a JSON Web Key in ${file}; move the file away to have a new key made.`,
    cause: undefined,
  });
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('names the file that cannot be made, such as a link to nowhere', async () => {
  const folder = await makeFolder();
  const file = join(folder, 'gateway.json');
  await symlink(join(folder, 'none'), file);

  await expect(loadOrCreateSigningKey(file)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `The key file ${file} cannot be made (EEXIST).`,
  });
  expect(await readdir(folder)).toEqual(['gateway.json']);
});

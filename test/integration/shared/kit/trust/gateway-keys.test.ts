import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createGatewayKeys } from '../../../../../shared/kit/trust/gateway-keys.ts';
import { createVerifyCaller } from '../../../../../shared/kit/trust/verify-caller.ts';
import { createGatewayKey, serveKeySet } from '../../../../support/gateway-keys.ts';

const verifierOf = (location: string, cooldownMs = 0) =>
  createVerifyCaller({
    keys: createGatewayKeys({ location, cooldownMs }),
    issuer: 'meshgate',
    audience: 'notes',
  });

test('keys from a URL are fetched once and again when an unknown key id shows up', async () => {
  const [old, fresh] = [await createGatewayKey('old'), await createGatewayKey('fresh')];
  const server = await serveKeySet([old.publicKey]);
  onTestFinished(() => server.close());
  const verify = verifierOf(server.url);

  await verify(`Bearer ${await old.sign()}`);
  await verify(`Bearer ${await old.sign({ subject: 'ana' })}`);
  const fetchesBefore = server.fetches;
  server.keys = [fresh.publicKey];
  const rotated = await verify(`Bearer ${await fresh.sign()}`);

  expect({ fetchesBefore, fetches: server.fetches, ok: rotated.ok }).toEqual({
    fetchesBefore: 1,
    fetches: 2,
    ok: true,
  });
});

test('made-up key ids within the cooldown cause no further fetch', async () => {
  const server = await serveKeySet([(await createGatewayKey('known')).publicKey]);
  onTestFinished(() => server.close());
  const verify = verifierOf(server.url, 60_000);

  for (const kid of ['a', 'b', 'c']) {
    const forged = await createGatewayKey(kid);
    expect(await verify(`Bearer ${await forged.sign()}`)).toMatchObject({
      ok: false,
      reason: 'token_signature',
    });
  }

  expect(server.fetches).toBe(1);
});

test('keys from a file are read again when an unknown key id shows up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'jwks.json');
  const [old, fresh] = [await createGatewayKey('old'), await createGatewayKey('fresh')];
  await writeFile(path, JSON.stringify({ keys: [old.publicKey] }));
  const verify = verifierOf(path);

  const before = await verify(`Bearer ${await fresh.sign()}`);
  await writeFile(path, JSON.stringify({ keys: [fresh.publicKey] }));
  const after = await verify(`Bearer ${await fresh.sign()}`);

  expect([before.ok, after.ok]).toEqual([false, true]);
});

test('keys that cannot be loaded are an error of the operator, not of the caller', async () => {
  const key = await createGatewayKey('key');

  const verification = await verifierOf('/nonexistent/jwks.json')(`Bearer ${await key.sign()}`);

  expect(verification).toMatchObject({
    ok: false,
    reason: 'keys_unavailable',
    error: { code: 'ISSUER_UNREACHABLE' },
  });
});

test('a remembered token is refused once it has expired', async () => {
  const key = await createGatewayKey('key');
  const server = await serveKeySet([key.publicKey]);
  onTestFinished(() => server.close());
  let nowMs = Date.now();
  const verify = createVerifyCaller({
    keys: createGatewayKeys({ location: server.url }),
    issuer: 'meshgate',
    audience: 'notes',
    now: () => nowMs,
  });
  const authorization = `Bearer ${await key.sign({ ttlSeconds: 60 })}`;

  const first = await verify(authorization);
  nowMs += 90_000;
  const second = await verify(authorization);

  expect(first.ok).toBe(true);
  expect(second).toMatchObject({ ok: false, reason: 'token_expired' });
});

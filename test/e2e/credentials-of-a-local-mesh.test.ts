import { expect, onTestFinished, test } from 'vitest';

import { createMeshPlace, READY, stopMesh } from '../support/mesh-place.ts';
import { runMeshgate } from '../support/run-command.ts';

/** Runs a command of the mesh and reads the facts it prints. */
async function facts(dataFolder: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runMeshgate([...args, '--data', dataFolder, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

test('a local mesh knows API keys and what is revoked, without further settings', async () => {
  const place = await createMeshPlace();
  onTestFinished(() => place.remove());
  const mesh = place.up();
  await mesh.waitFor(READY);
  const ask = async (token: string) => {
    const response = await fetch(`http://127.0.0.1:${place.port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ account(id: "A-12520") { segment { label } } }' }),
    });
    const { data, errors } = (await response.json()) as {
      data?: unknown;
      errors?: { extensions: { code: string } }[];
    };
    return errors?.[0]?.extensions.code ?? data;
  };
  const label = { account: { segment: { label: expect.stringMatching(/^[A-Z_]+$/) } } };

  const create = ['api-key', 'create', '--name', 'job', '--owner', 'ana', '--scope'] as const;
  const { key } = await facts(place.dataFolder, ...create, 'segments:read');
  const { token } = await facts(
    place.dataFolder,
    ...['token', '--sub', 'ben', '--scope', 'segments:read'],
  );
  await expect.poll(() => ask(key)).toEqual(label);
  expect(await ask(token)).toEqual(label);

  await facts(place.dataFolder, 'api-key', 'revoke', 'job');
  await facts(place.dataFolder, 'revoke', '--sub', 'ben');
  await expect.poll(() => ask(key)).toBe('API_KEY_INVALID');
  await expect.poll(() => ask(token)).toBe('TOKEN_REVOKED');

  expect(await stopMesh(mesh)).toEqual({ code: 0, signal: null });
});

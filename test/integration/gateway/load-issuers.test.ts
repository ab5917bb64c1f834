import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../gateway/config/load-config.ts';
import { loadIssuers } from '../../../gateway/wiring/request/build-identity.ts';
import { writeFolder } from '../../support/write-folder.ts';

const issuer = { issuer: 'https://id.example', audiences: ['mesh'] };
const load = (changes: object, env: Record<string, string> = {}) =>
  loadIssuers(loadConfig({ ISSUERS: JSON.stringify([{ ...issuer, ...changes }]) }, null), env);

test('reads the secrets of issuers from the environment and from files', async () => {
  const { path, remove } = await writeFolder({ secret: `${'s'.repeat(32)}\n` });
  onTestFinished(remove);
  const introspection = { endpoint: 'https://id.example/ask', clientId: 'm' };

  const [loaded] = await load(
    {
      secret: `file:${join(path, 'secret')}`,
      introspection: { ...introspection, clientSecret: 'env:ASK' },
    },
    { ASK: 'hunter2' },
  );

  expect(loaded).toMatchObject({
    algorithms: ['HS256'],
    secret: new TextEncoder().encode('s'.repeat(32)),
    introspection: { ...introspection, clientSecret: 'hunter2' },
  });
});

test.each([
  [{ secret: 'env:NONE' }, 'Expected a secret at env:NONE'],
  [{ secret: 'file:/nonexistent/secret' }, 'Expected a secret at file:/nonexistent/secret'],
  [
    { secret: 'env:SHORT' },
    'Expected the secret of the issuer https://id.example to have at least 32',
  ],
  [
    { secret: 'env:MEDIUM', algorithms: ['HS256', 'HS512'] },
    'Expected the secret of the issuer https://id.example to have at least 64 bytes',
  ],
])('refuses to start with %j', async (changes, said) => {
  const env = { SHORT: 'correct horse', MEDIUM: 'x'.repeat(63) };

  await expect(load(changes, env)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(said),
  });
  await expect(load(changes, env)).rejects.not.toThrow(/horse|xxx/);
});

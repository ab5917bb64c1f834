import { expect, onTestFinished, test } from 'vitest';

import { findFreePorts } from '../support/free-ports.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { MESHGATE, PLAIN_ENVIRONMENT, startCommand } from '../support/run-command.ts';
import { createTokenIssuer } from '../support/token-issuer.ts';
import { writeFolder } from '../support/write-folder.ts';

async function startServe(more: Readonly<Record<string, string>>) {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const issuer = await createTokenIssuer('meshgate', 'EdDSA');
  const folder = await writeFolder({ 'jwks.json': JSON.stringify({ keys: [issuer.publicJwk] }) });
  onTestFinished(() => folder.remove());
  const port = await findFreePorts(1);
  const command = startCommand(process.execPath, [MESHGATE, 'access', 'serve'], {
    env: {
      ...PLAIN_ENVIRONMENT,
      ACCESS_PORT: String(port),
      DATABASE_URL: database.adminUrl,
      GATEWAY_JWKS: `${folder.path}/jwks.json`,
      ...more,
    },
  });
  onTestFinished(() => void command.child.kill('SIGKILL'));
  return { command, url: `http://127.0.0.1:${port}` };
}

test('the access API runs alone over a database that is empty, until it is told to stop', async () => {
  const { command, url } = await startServe({ ACCESS_ISSUER: 'https://id.acme.example' });
  await command.waitFor('The product listens.');

  const ready = await fetch(`${url}/health/ready`);
  const stranger = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ requestableProducts { name } }' }),
  });
  command.child.kill('SIGTERM');

  expect(ready.status).toBe(200);
  expect(stranger.status).toBe(401);
  expect(await command.ended).toEqual({ code: 0, signal: null });
});

test('the access API does not guess whose issuer descriptors mean', async () => {
  const { command } = await startServe({});

  expect(await command.ended).toEqual({ code: 1, signal: null });
  expect(command.stderr()).toContain('error CONFIG_INVALID: Expected ACCESS_ISSUER');
});

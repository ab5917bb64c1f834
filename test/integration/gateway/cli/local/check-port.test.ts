import { createServer } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { assertPortsFree, findFreePort } from '../../../../../gateway/cli/local/check-port.ts';

test('accepts ports that nobody listens on', async () => {
  const port = await findFreePort();

  await expect(
    assertPortsFree([{ port, purpose: 'the gateway', option: '--port' }]),
  ).resolves.toBeUndefined();
});

test('names each taken port, who needs it and which option changes it', async () => {
  const server = createServer();
  const taken = await findFreePort();
  await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const free = await findFreePort();

  const check = assertPortsFree([
    { port: free, purpose: 'the gateway', option: '--port' },
    { port: taken, purpose: 'the data product orders', option: '--product-ports' },
  ]);

  await expect(check).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: `Expected port ${taken} to be free for the data product orders, but another process listens on it. Stop that process, or choose another port with --product-ports.`,
    details: { ports: [taken] },
  });
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { startProducts } from '../../../../../shared/kit/host/start-products.ts';
import { createNotesProduct } from '../../../../support/products/notes/product.ts';

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

test('when one product cannot start, those that have started are stopped', async () => {
  const port = await findFreePort();
  const env = {
    NOTES_PORT: String(port),
    NOTES_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing',
    GATEWAY_JWKS: 'http://127.0.0.1:1/jwks.json',
    LOG_LEVEL: 'silent',
  };

  const starting = startProducts([createNotesProduct(), createNotesProduct()], env);

  await expect(starting).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    details: { product: 'notes' },
  });
  await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toMatchObject({
    cause: { code: 'ECONNREFUSED' },
  });
});

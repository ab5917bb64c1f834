import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ExampleOperation } from '../../../../gateway/http/edge-types.ts';
import { readError, sendRequest } from '../../../support/send-request.ts';
import { startEdge } from '../../../support/start-edge.ts';

/** A folder as the portal's build leaves it, with one page and one asset. */
async function buildPortal(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-portal-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'playground.html'), '<!doctype html><title>Playground</title>');
  await writeFile(join(folder, 'assets', 'main-abc.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'not served');
  return folder;
}

test('the start page runs no script and loads nothing', async () => {
  const edge = await startEdge({}, { ready: () => Promise.reject(new Error('no report')) });

  const response = await sendRequest(edge.url, { path: '/' });

  expect(response.status).toBe(200);
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(response.headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]+=*'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  expect(response.body).toContain('<h1>Meshgate</h1>');
  expect(response.body).not.toContain('<script');
});

test('the playground is served with its assets, which never change', async () => {
  const edge = await startEdge({ playground: true, portalFolder: await buildPortal() });

  const page = await sendRequest(edge.url, { path: '/playground' });
  const asset = await sendRequest(edge.url, { path: '/portal/assets/main-abc.js' });

  expect([page.status, page.body]).toEqual([200, '<!doctype html><title>Playground</title>']);
  expect(page.headers['content-security-policy']).toContain("script-src 'self';");
  expect([asset.status, asset.body]).toEqual([200, 'export {};']);
  expect(asset.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'x-request-id': expect.any(String),
  });
});

test.each([
  '/portal/assets/none.js',
  '/portal/assets/',
  '/portal/assets/../secret.txt',
  '/portal/assets/..%2fsecret.txt',
  '/portal/secret.txt',
])('%s is not served', async (path) => {
  const edge = await startEdge({ playground: true, portalFolder: await buildPortal() });

  const response = await sendRequest(edge.url, { path });

  expect([response.status, readError(response).code]).toEqual([404, 'ROUTE_UNKNOWN']);
});

test('the playground learns the example operations of the products', async () => {
  const example: ExampleOperation = {
    product: 'orders',
    title: 'Sales by region',
    query: '{ salesBy(groupBy: REGION) { key } }',
    variables: null,
    scopes: ['orders:read'],
    claims: { regions: ['West'] },
  };
  const edge = await startEdge(
    { playground: true, portalFolder: await buildPortal() },
    { exampleOperations: () => [example] },
  );

  const response = await sendRequest(edge.url, { path: '/playground/examples.json' });

  expect(JSON.parse(response.body)).toEqual([example]);
});

test('a playground that is turned off is not there', async () => {
  const edge = await startEdge({ playground: false, portalFolder: await buildPortal() });

  for (const path of ['/playground', '/playground/examples.json', '/portal/assets/main-abc.js']) {
    expect((await sendRequest(edge.url, { path })).status).toBe(404);
  }
});

test('a playground that is not built says how to build it', async () => {
  const edge = await startEdge({
    playground: true,
    portalFolder: join(tmpdir(), 'no-such-folder'),
  });

  const response = await sendRequest(edge.url, { path: '/playground' });

  expect([response.status, readError(response).message]).toEqual([
    404,
    'The playground is not built on this server; run `npm run build` once.',
  ]);
});

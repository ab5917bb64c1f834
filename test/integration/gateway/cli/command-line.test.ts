import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { runCommandLine } from '../../../../gateway/cli/command-line.ts';
import { createCommandTools } from '../../../support/text-stream.ts';
import { writeFolder } from '../../../support/write-folder.ts';

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const tools = createCommandTools(env);
  const code = await runCommandLine(['node', 'meshgate', ...args], tools);
  return { code, stdout: tools.stdout.text(), stderr: tools.stderr.text() };
}

async function createFolder(): Promise<string> {
  const { path, remove } = await writeFolder();
  onTestFinished(remove);
  return path;
}

const COMMANDS = [
  ['up'],
  ['serve'],
  ['product'],
  ['product', 'start'],
  ['product', 'policies'],
  ['token'],
  ['pipeline'],
  ['pipeline', 'run'],
  ['pipeline', 'status'],
  ['compose'],
  ['operations'],
  ['operations', 'check'],
  ['access', 'serve'],
  ['keys'],
  ['api-key'],
  ['api-key', 'create'],
  ['api-key', 'list'],
  ['api-key', 'rotate'],
  ['api-key', 'revoke'],
  ['revoke'],
];

test.each(COMMANDS)('%s %s has help, which is no error', async (...words) => {
  const { code, stdout, stderr } = await run([...words.filter(Boolean), '--help']);

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`Usage: meshgate ${words.filter(Boolean).join(' ')}`);
});

test('lists all commands in its help', async () => {
  const { stdout } = await run(['--help']);

  for (const [name] of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
});

test('prints the policies that row rules stand for, as SQL or as JSON', async () => {
  const printed = await run(['product', 'policies', 'shipments']);

  const sql = `ALTER TABLE "shipments"."shipment" ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS meshgate_row_rule ON "shipments"."shipment";
CREATE POLICY meshgate_row_rule ON "shipments"."shipment" FOR SELECT TO "shipments"
  USING ("region"::text = ANY ((SELECT mesh.claim_values('regions'))::text[]));
`;
  expect(printed).toEqual({ code: 0, stdout: sql, stderr: '' });
  expect(JSON.parse((await run(['product', 'policies', 'shipments', '--json'])).stdout)).toEqual({
    product: 'shipments',
    rules: [
      {
        table: 'shipment',
        comparisons: [{ column: 'region', operator: 'in', claim: 'regions' }],
        for: 'select',
      },
    ],
    sql,
  });
  expect((await run(['product', 'policies', 'products'])).stdout).toBe(
    '-- products declares no row rules.\n',
  );
});

test('composes the data products at the addresses of their descriptors', async () => {
  const { code, stdout, stderr } = await run(['compose']);

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('@join__graph(name: "orders", url: "http://orders:4103/graphql")');
});

test('composes the access API with the data products where an address is given', async () => {
  const url = 'http://access:4107/graphql';

  const { code, stdout } = await run(['compose', '--access', url]);

  expect(code).toBe(0);
  expect(stdout).toContain(`@join__graph(name: "access", url: "${url}")`);
});

test('composes named products at given addresses into a file', async () => {
  const folder = await createFolder();
  const file = join(folder, 'new', 'supergraph.graphql');

  const { code, stdout } = await run([
    ...['compose', '--json', '--output', file],
    ...['products=https://catalog.example/graphql', 'accounts=http://127.0.0.1:9/graphql'],
  ]);

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    output: file,
    subgraphs: [
      { name: 'accounts', url: 'http://127.0.0.1:9/graphql' },
      { name: 'products', url: 'https://catalog.example/graphql' },
    ],
  });
  expect(await readFile(file, 'utf8')).toContain('url: "https://catalog.example/graphql"');
});

test('names the data products there are when asked to compose another', async () => {
  const { code, stderr } = await run(['compose', 'order=http://127.0.0.1:9/graphql']);

  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error CONFIG_INVALID: Expected the name of a data product \(accounts, .*\), but got order\.\n$/,
  );
});

test('makes keys once and publishes their public half alone', async () => {
  const folder = await createFolder();
  const args = ['keys', '--json', '--data', folder, '--publish', join(folder, 'public.json')];

  const first = await run(args);
  const published = JSON.parse(await readFile(join(folder, 'public.json'), 'utf8'));
  const second = await run(args);

  expect(first.code).toBe(0);
  expect(second.stdout).toBe(first.stdout);
  expect(JSON.parse(first.stdout)).toEqual({
    signingKeyFile: join(folder, 'keys', 'subgraph-trust.json'),
    jwksFile: join(folder, 'public.json'),
    issuers: [expect.objectContaining({ audiences: ['meshgate'], algorithms: ['EdDSA'] })],
  });
  expect(published.keys).toEqual([expect.not.objectContaining({ d: expect.anything() })]);
  const { mode } = await stat(join(folder, 'keys', 'subgraph-trust.json'));
  expect(mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(join(folder, 'public.json'), 'utf8'))).toEqual(published);
});

test('asks for every password that a run of the pipelines lacks, all at once', async () => {
  const { code, stderr } = await run(['pipeline', 'run'], {
    DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/mesh',
    ACCOUNTS_DATABASE_PASSWORD: 'a',
    PRODUCTS_DATABASE_PASSWORD: 'b',
    SHIPMENTS_DATABASE_PASSWORD: 'c',
    SEGMENTS_DATABASE_PASSWORD: 'd',
  });

  expect(code).toBe(1);
  expect(stderr).toContain('but FORECAST_DATABASE_PASSWORD, ORDERS_DATABASE_PASSWORD are not set');
});

test('says that the database is not there, and not its password', async () => {
  const url = 'postgresql://postgres:a-secret@127.0.0.1:1/mesh';

  const { code, stderr } = await run(['pipeline', 'status', '--database-url', url]);

  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error DATABASE_UNAVAILABLE: Expected a PostgreSQL database at 127\.0\.0\.1:1\/mesh/,
  );
  expect(stderr).not.toContain('a-secret');
});

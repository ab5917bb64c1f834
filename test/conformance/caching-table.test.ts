import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../../gateway/cli/command-line.ts';
import {
  loadDevelopmentIssuer,
  mintDevelopmentToken,
} from '../../gateway/identity/trust/development-issuer.ts';
import { readProjectFile } from '../support/project-files.ts';
import { postGraphql } from '../support/send-request.ts';
import { type MeshUnderTest, startMesh } from '../support/start-mesh.ts';
import { createCommandTools } from '../support/text-stream.ts';

/** The table of the page that says what the mesh keeps. */
const rows = [
  ...readProjectFile('docs/explanation/caching.md').matchAll(
    /^\| `(\{ .*\})` \| (.*) \| (no|\d+ s) \| (yes|no)\b.* \|$/gm,
  ),
].map(([, query = '', scope = '', kept = '', shared = '']) => ({
  query,
  scopes: scope === 'none' ? [] : [scope.replaceAll('`', '')],
  lifetimeSeconds: kept === 'no' ? 0 : Number.parseInt(kept, 10),
  isShared: shared === 'yes',
}));

let mesh: MeshUnderTest;
beforeAll(async () => {
  mesh = await startMesh();
  await untilHeard();
});
afterAll(() => mesh.stop());

interface Row {
  readonly query: string;
  readonly scopes: readonly string[];
}

/** Asks as somebody of a region, and says what a client learns about caches. */
async function ask(subject: string, { query, scopes }: Row, region = 'Central') {
  const issuer = await loadDevelopmentIssuer(`${mesh.folder}/.meshgate`);
  if (issuer === null) throw new Error('The mesh has made no issuer.');
  const claims = { regions: [region] };
  const request = { subject, scopes, claims, ttlSeconds: 60 };
  const token = mintDevelopmentToken(issuer, request, Date.now());
  const given = await postGraphql(mesh.url, { query }, { authorization: `Bearer ${token}` });
  expect(JSON.parse(given.body).data).not.toBeNull();
  const control = String(given.headers['cache-control']);
  return { control, wasKept: given.headers.age !== undefined };
}

/** A gateway forgets everything once, when it begins to hear of changes; waits until that is over. */
async function untilHeard(): Promise<void> {
  const purge = async (product: string) => {
    const args = ['cache', 'purge', '--product', product, '--data', `${mesh.folder}/.meshgate`];
    expect(await runCommandLine(['node', 'meshgate', ...args], createCommandTools({}))).toBe(0);
  };
  const isKept = async (query: string) => (await ask('zoe', { query, scopes: [] }, 'West')).wasKept;
  const [products, accounts] = [
    '{ products { totalCount } }',
    '{ accounts { totalCount } }',
  ] as const;
  do {
    await isKept(accounts);
    await isKept(products);
    do await purge('products');
    while (await isKept(products));
  } while (!(await isKept(accounts)));
  // What is said is heard in order, so all that was said before is over then.
  await purge('accounts');
  while (await isKept(accounts));
}

test('the page has a table', () => {
  expect(rows).toHaveLength(6);
});

test.each(rows)('$query with the scopes $scopes is kept for $lifetimeSeconds s', async (row) => {
  const first = await ask('ana', row);
  const again = await ask('ana', row);
  // Of another region, which makes no difference where the table says so.
  const other = await ask('ben', row, row.isShared ? 'South' : 'Central');

  const lifetime = Number(/^max-age=(\d+), (?:private|public)$/.exec(first.control)?.[1] ?? 0);
  expect([row.lifetimeSeconds, row.lifetimeSeconds - 1]).toContain(lifetime);
  expect([first.wasKept, again.wasKept, other.wasKept]).toEqual([
    false,
    row.lifetimeSeconds > 0,
    row.isShared,
  ]);
});

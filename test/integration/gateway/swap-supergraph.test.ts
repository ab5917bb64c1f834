import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/control/composition/compose-supergraph.ts';
import { serveGateway } from '../../../gateway/wiring/process/serve-gateway.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { PLANNING_THREAD } from '../../support/planning-thread-entry.ts';
import { serveSubgraphs } from '../../support/serve-subgraphs.ts';

const books: FixtureSubgraph = {
  name: 'books',
  sdl: `
    type Query { book: Book }
    type Book @key(fields: "id") { id: ID! title: String pages: Int }
  `,
  resolvers: {
    Query: { book: () => ({ id: '1', title: 'Emma', pages: 474 }) },
    Book: { __resolveReference: () => ({ id: '1', title: 'Emma', pages: 474 }) },
  },
};

const stock: FixtureSubgraph = {
  name: 'stock',
  sdl: 'type Query { total: Int } type Book @key(fields: "id") { id: ID! copies: Int }',
  resolvers: {
    Query: { total: () => 3 },
    Book: { __resolveReference: (book: unknown) => book, copies: () => 3 },
  },
};

const subgraphs = [books, stock];

interface Readiness {
  readonly supergraph: string;
  readonly supergraphSince: string;
}

/** A gateway over a supergraph without `pages`, and the text of the one that has it. */
async function serveOld(settings: Readonly<Record<string, string>> = {}) {
  const { sources, supergraphSdl: next, received, replace } = await serveSubgraphs(subgraphs);
  const composed = composeSupergraph(
    sources.map((source) => ({ ...source, sdl: source.sdl.replace(' pages: Int', '') })),
  );
  if (!composed.ok) throw new Error(JSON.stringify(composed.errors));
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, composed.supergraphSdl);
  const env = { SUPERGRAPH_FILE: file, PORT: '0', LOG_LEVEL: 'silent', ...settings };
  const gateway = await serveGateway(env, null, PLANNING_THREAD);
  onTestFinished(() => gateway.close());

  const read = async (path: string) => (await fetch(gateway.url + path)).text();
  const ready = async () => JSON.parse(await read('/health/ready')) as Readiness;
  /** @returns 0 for a series that is not there yet. */
  const metric = async (series: string) => {
    const line = (await read('/metrics')).split('\n').find((one) => one.startsWith(`${series} `));
    return Number(line?.slice(series.length + 1) ?? 0);
  };
  return {
    file,
    old: composed.supergraphSdl,
    next,
    received,
    replace,
    ready,
    metric,
    async ask(query: string): Promise<unknown> {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ query });
      return (await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body })).json();
    },
    /** Writes the file as most tools do, beside it first. */
    async publish(sdl: string) {
      await writeFile(`${file}.new`, sdl);
      await rename(`${file}.new`, file);
    },
    /** Looks until one more swap of this outcome is counted. */
    async swapped(outcome: string, count = 1) {
      const series = `gateway_supergraph_swaps_total{outcome="${outcome}"}`;
      while ((await metric(series)) < count) await read('/health/live');
    },
  };
}

const PAGES = '{ book { title pages } }';
const JOINED = '{ book { title copies } }';

test('a supergraph file that changes is served without a restart', async () => {
  const gateway = await serveOld();
  const before = await gateway.ready();
  expect(await gateway.ask(PAGES)).toMatchObject({
    errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });

  await gateway.publish(gateway.next);
  await gateway.swapped('swapped');

  expect(await gateway.ask(PAGES)).toEqual({ data: { book: { title: 'Emma', pages: 474 } } });
  const after = await gateway.ready();
  expect(after.supergraph).not.toBe(before.supergraph);
  expect(Date.parse(after.supergraphSince)).toBeGreaterThan(Date.parse(before.supergraphSince));
  expect(await gateway.metric(`gateway_supergraph{version="${before.supergraph}"}`)).toBe(0);
  expect(await gateway.metric(`gateway_supergraph{version="${after.supergraph}"}`)).toBe(1);
  expect(await gateway.metric('gateway_supergraph_since_seconds')).toBe(
    Date.parse(after.supergraphSince) / 1000,
  );
});

test('a file that is no supergraph is refused and counted, and the one in use goes on', async () => {
  const gateway = await serveOld();
  const before = await gateway.ready();

  await gateway.publish('type Query { half: Int');
  await gateway.swapped('refused');

  expect(await gateway.ready()).toEqual(before);
  expect(await gateway.ask(JOINED)).toEqual({ data: { book: { title: 'Emma', copies: 3 } } });

  await gateway.publish(gateway.next);
  await gateway.swapped('swapped');

  expect((await gateway.ready()).supergraph).not.toBe(before.supergraph);
});

test('a file that goes away changes nothing, and is served again when it is back', async () => {
  const gateway = await serveOld();

  await rm(gateway.file);
  await gateway.swapped('unreadable');
  expect(await gateway.ask(JOINED)).toEqual({ data: { book: { title: 'Emma', copies: 3 } } });

  await gateway.publish(gateway.next);
  await gateway.swapped('swapped');
  expect(await gateway.ask(PAGES)).toEqual({ data: { book: { title: 'Emma', pages: 474 } } });
});

test('operations in use are planned before the swap', async () => {
  const gateway = await serveOld();
  const operations = [JOINED, '{ total }', '{ book { copies } total }'];
  for (const operation of operations) await gateway.ask(operation);

  await gateway.publish(gateway.next);
  await gateway.swapped('swapped');
  const planned = await gateway.metric('gateway_planning_seconds_count');
  const misses = await gateway.metric('gateway_plan_cache_misses_total');
  expect([planned, misses]).toEqual([6, 6]);
  for (const operation of operations) await gateway.ask(operation);

  expect(await gateway.metric('gateway_planning_seconds_count')).toBe(planned);
  expect(await gateway.metric('gateway_plan_cache_misses_total')).toBe(misses);
  expect(await gateway.metric('gateway_plan_cache_entries')).toBe(operations.length);
});

test('a request ends with the supergraph that it began with, which is then released', async () => {
  const gateway = await serveOld();
  let answerBooks = () => {};
  const asked = new Promise<void>((resolve) => {
    gateway.replace('books', (_request, response) => {
      answerBooks = () => {
        response.setHeader('content-type', 'application/json');
        response.end('{"data":{"book":{"__typename":"Book","id":"1","title":"Emma"}}}');
      };
      resolve();
    });
  });
  const answer = gateway.ask(JOINED);
  await asked;

  await gateway.publish(gateway.next);
  await gateway.swapped('swapped');
  expect(await gateway.metric('gateway_supergraphs_draining')).toBe(1);
  answerBooks();

  expect(await answer).toEqual({ data: { book: { title: 'Emma', copies: 3 } } });
  expect(await gateway.metric('gateway_supergraphs_draining')).toBe(0);
});

test('the supergraph that was there before can come back', async () => {
  const gateway = await serveOld();
  const { supergraph } = await gateway.ready();
  await gateway.ask(JOINED);

  await gateway.publish(gateway.next);
  await gateway.swapped('swapped');
  await gateway.publish(gateway.old);
  await gateway.swapped('swapped', 2);

  expect((await gateway.ready()).supergraph).toBe(supergraph);
  expect(await gateway.ask(JOINED)).toEqual({ data: { book: { title: 'Emma', copies: 3 } } });
  expect(await gateway.metric('gateway_planning_seconds_count')).toBe(3);
});

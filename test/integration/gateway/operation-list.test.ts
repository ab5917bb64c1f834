/** Documents against the operation list, through a whole gateway. */
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type AnswerCall, type ShopAnswer, serveShop } from '../../support/serve-shop.ts';
import { writeFolder } from '../../support/write-folder.ts';

const answer: AnswerCall = () => ({ data: { pieces: 7, mine: 'own' } });

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const byHash = (sha256Hash: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash } },
});

const LISTED = 'query Pieces { pieces }';
const UNLISTED = '{ mine }';

const operation = (id: string, body: string, more: object = {}) => ({
  ...{ id, body, name: 'Pieces', type: 'query' },
  ...more,
});
const toApollo = (...operations: readonly object[]) =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });

const APOLLO = toApollo(operation(hashOf(LISTED), LISTED));

async function serve(
  mode: string,
  manifest = APOLLO,
  settings: Record<string, string> = {},
  answerCall = answer,
) {
  const folder = await writeFolder({ 'manifest.json': manifest });
  onTestFinished(() => folder.remove());
  const file = join(folder.path, 'manifest.json');
  const gateway = await serveShop(answerCall, {
    PERSISTED_OPERATIONS: mode,
    PERSISTED_OPERATIONS_FILES: file,
    ...settings,
  });
  const codeOf = async (body: object, headers = {}) => {
    const { status, body: answered } = await gateway.post(body, headers);
    return [status, answered.errors?.[0]?.extensions.code ?? 'answered'];
  };
  return {
    ...gateway,
    codeOf,
    outcome: (name: string) => gateway.metric(`gateway_documents_total{outcome="${name}"}`),
    async publish(text: string) {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    },
  };
}

test('with only, operations of the list are answered by identifier and by text, and nothing else', async () => {
  const { codeOf, outcome, calls } = await serve('only');

  expect(await codeOf(byHash(hashOf(LISTED)))).toEqual([200, 'answered']);
  expect(await codeOf({ query: LISTED })).toEqual([200, 'answered']);
  expect(await codeOf({ query: '# laid out\nquery Pieces {\n  pieces,\n}\n' })).toEqual([
    200,
    'answered',
  ]);
  expect(calls).toHaveLength(3);
  expect(await codeOf({ query: UNLISTED })).toEqual([403, 'QUERY_NOT_IN_SAFELIST']);
  expect(await codeOf({ query: '{ pieces' })).toEqual([403, 'QUERY_NOT_IN_SAFELIST']);
  expect(await codeOf(byHash(hashOf(UNLISTED)))).toEqual([404, 'PERSISTED_QUERY_NOT_IN_LIST']);
  expect(calls).toHaveLength(3);
  expect([await outcome('listed'), await outcome('refused')]).toEqual([3, 3]);
});

test('however a listed operation is laid out and named, there is one kept answer', async () => {
  const { codeOf, calls } = await serve('only', APOLLO, {}, (call) => ({
    ...(answer(call) as ShopAnswer),
    headers: { 'cache-control': 'max-age=60, public' },
  }));
  const laidOut = 'query Pieces {\n  pieces # of all\n}';

  for (const asked of [byHash(hashOf(LISTED)), { query: LISTED }, { query: laidOut }]) {
    expect(await codeOf(asked)).toEqual([200, 'answered']);
  }
  expect(await codeOf({ documentId: hashOf(LISTED), query: laidOut })).toEqual([200, 'answered']);

  expect(calls).toHaveLength(1);
});

test('with only, nothing can be registered', async () => {
  const { codeOf, metric } = await serve('only', JSON.stringify({ 'a-1': LISTED }));
  const listed = { ...byHash(hashOf(LISTED)), query: LISTED };

  expect(await codeOf(listed)).toEqual([200, 'answered']);
  expect(await metric('gateway_persisted_queries')).toBe(0);
  const sent = { ...byHash(hashOf(UNLISTED)), query: UNLISTED };

  expect(await codeOf(sent)).toEqual([403, 'QUERY_NOT_IN_SAFELIST']);
  expect(await codeOf(byHash(hashOf(UNLISTED)))).toEqual([404, 'PERSISTED_QUERY_NOT_IN_LIST']);
});

test('identifiers can be required', async () => {
  const { codeOf } = await serve('only', APOLLO, { PERSISTED_OPERATIONS_REQUIRE_ID: 'true' });

  expect(await codeOf({ query: LISTED })).toEqual([400, 'PERSISTED_QUERY_ID_REQUIRED']);
  expect(await codeOf(byHash(hashOf(LISTED)))).toEqual([200, 'answered']);
  expect(await codeOf({ ...byHash(hashOf(LISTED)), query: LISTED })).toEqual([200, 'answered']);
});

test('with prefer, the rest is answered and counted, and clients may register it', async () => {
  const { codeOf, outcome } = await serve('prefer');
  const hash = byHash(hashOf(UNLISTED));

  expect(await codeOf(byHash(hashOf(LISTED)))).toEqual([200, 'answered']);
  expect(await codeOf({ query: UNLISTED })).toEqual([200, 'answered']);
  expect(await codeOf(hash)).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
  expect(await codeOf({ ...hash, query: UNLISTED })).toEqual([200, 'answered']);
  expect(await codeOf(hash)).toEqual([200, 'answered']);
  expect([await outcome('listed'), await outcome('unlisted')]).toEqual([1, 2]);
});

test("a manifest of Relay's is a list too, with identifiers of its own", async () => {
  const { codeOf } = await serve('only', JSON.stringify({ 'a-1': LISTED }));

  expect(await codeOf({ doc_id: 'a-1' })).toEqual([200, 'answered']);
  expect(await codeOf({ documentId: 'a-1', query: LISTED })).toEqual([200, 'answered']);
  expect(await codeOf({ documentId: 'a-1', query: UNLISTED })).toEqual([
    400,
    'PERSISTED_QUERY_HASH_MISMATCH',
  ]);
});

test('an identifier of one application is none to another', async () => {
  const own = operation('a-1', LISTED, { clientName: 'ios' });
  const { codeOf, post } = await serve('only', toApollo(own));

  expect(await codeOf({ documentId: 'a-1' }, { 'apollographql-client-name': 'ios' })).toEqual([
    200,
    'answered',
  ]);
  expect(await codeOf({ documentId: 'a-1' })).toEqual([404, 'PERSISTED_QUERY_NOT_IN_LIST']);
  const { headers } = await post({ documentId: 'a-1' });
  expect(headers.get('vary')).toContain('apollographql-client-name');
});

test('a manifest that changes is taken over, and one that is not valid is refused', async () => {
  const { codeOf, publish, metric } = await serve('only');
  const swaps = (outcome: string) =>
    metric(`gateway_operation_list_swaps_total{outcome="${outcome}"}`);

  await publish(toApollo(operation('other', UNLISTED)));
  await expect
    .poll(() => codeOf({ query: UNLISTED }), { timeout: 5000 })
    .toEqual([200, 'answered']);
  expect(await codeOf({ query: LISTED })).toEqual([403, 'QUERY_NOT_IN_SAFELIST']);

  await publish('{');
  await expect.poll(() => swaps('refused'), { timeout: 5000 }).toBe(1);
  expect(await codeOf({ query: UNLISTED })).toEqual([200, 'answered']);
});

test('operations that do not fit the supergraph are counted, for each list anew', async () => {
  const [fits, gone] = [operation('a', LISTED), operation('b', 'query Pieces { gone }')];
  const { metric, publish } = await serve('only', toApollo(fits, gone));
  const unfit = () => metric('gateway_operation_list_unfit');

  await expect.poll(unfit).toBe(1);
  expect(await metric('gateway_operation_list')).toBe(2);
  await publish(toApollo(fits));
  await expect.poll(unfit, { timeout: 5000 }).toBe(0);
  expect(await metric('gateway_operation_list')).toBe(1);
});

test('operations that the next supergraph does not answer are counted, and stay on the list', async () => {
  const { metric, codeOf, supergraphFile } = await serve('only');
  const unfit = () => metric('gateway_operation_list_unfit');
  const sdl = await readFile(supergraphFile, 'utf8');
  const swap = async (text: string) => {
    await writeFile(`${supergraphFile}.new`, text);
    await rename(`${supergraphFile}.new`, supergraphFile);
  };
  const next = sdl.replace(/(type Query.*?)\bpieces:/s, '$1bits:');

  await swap(next);
  await expect.poll(unfit, { timeout: 15_000 }).toBe(1);
  expect(await codeOf({ query: LISTED })).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);

  await swap(sdl);
  await expect.poll(unfit, { timeout: 15_000 }).toBe(0);
  expect(await codeOf({ query: LISTED })).toEqual([200, 'answered']);
});

test('operations of the list are planned before somebody asks', async () => {
  const { metric, codeOf } = await serve('only');
  const planned = () => metric('gateway_planning_seconds_count');

  await expect.poll(planned).toBe(1);
  const asked = { ...byHash(hashOf(LISTED)), operationName: 'Pieces' };
  expect(await codeOf(asked)).toEqual([200, 'answered']);
  expect(await planned()).toBe(1);
});

test('a gateway does not start with a manifest that is not valid, and says what is wrong', async () => {
  await expect(serve('only', toApollo({ id: 'a', body: '' }))).rejects.toThrow(
    /operations\[0\]\.body: expected a text of 1 to/,
  );
});

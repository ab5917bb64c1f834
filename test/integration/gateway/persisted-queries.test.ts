/** Automatic persisted queries, as Apollo's clients speak them, through a whole gateway. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { startRedis } from '../../support/redis.ts';
import { type AnswerCall, serveShop } from '../../support/serve-shop.ts';

const answer: AnswerCall = () => ({ data: { pieces: 7, rename: 'x' } });

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const toExtensions = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

const QUERY = 'query Pieces { pieces }';
const BY_HASH = { operationName: 'Pieces', extensions: toExtensions(hashOf(QUERY)) };
const NOT_FOUND = {
  errors: [
    { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } },
  ],
};

const outcomeOf = (outcome: string) => `gateway_documents_total{outcome="${outcome}"}`;

test('a hash is not found, is registered with its text, and stands for it from then on', async () => {
  const { post, metric } = await serveShop(answer);

  const unknown = await post(BY_HASH);
  const registered = await post({ ...BY_HASH, query: QUERY });
  const known = await post(BY_HASH);

  expect([unknown.status, unknown.body]).toEqual([200, NOT_FOUND]);
  expect(unknown.headers.get('cache-control')).toBe('no-store');
  expect([registered.status, registered.body]).toEqual([200, { data: { pieces: 7 } }]);
  expect([known.status, known.body]).toEqual([200, { data: { pieces: 7 } }]);
  for (const outcome of ['not_found', 'registered', 'found']) {
    expect(await metric(outcomeOf(outcome))).toBe(1);
  }
  expect(await metric('gateway_persisted_queries')).toBe(1);
});

test('by GET, hash and variables are enough, and a mutation stays refused', async () => {
  const { url, post, calls } = await serveShop(answer);
  const mutation = 'mutation { rename(id: "1", to: "x") }';
  await post({ ...BY_HASH, query: QUERY });
  await post({ query: mutation, extensions: toExtensions(hashOf(mutation)) });
  const get = (text: string) => {
    const extensions = JSON.stringify(toExtensions(hashOf(text)));
    return fetch(`${url}/graphql?${new URLSearchParams({ extensions })}`);
  };

  const query = await get(QUERY);
  const refused = await get(mutation);

  expect(await query.json()).toEqual({ data: { pieces: 7 } });
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
  expect(calls).toHaveLength(3);
});

test('an identifier as GraphQL over HTTP and Relay name it is the same', async () => {
  const { post } = await serveShop(answer);
  const hash = hashOf(QUERY);

  expect((await post({ documentId: `sha256:${hash}`, query: QUERY })).body.data).toBeDefined();
  expect((await post({ doc_id: hash })).body).toEqual({ data: { pieces: 7 } });
  expect((await post({ doc_id: hash, documentId: 'other' })).body.errors).toMatchObject([
    { extensions: { code: 'REQUEST_MALFORMED' } },
  ]);
});

test.each([
  ['has the hash of another', QUERY, hashOf('{ other }'), 'PERSISTED_QUERY_HASH_MISMATCH'],
  ['is not valid', '{ nothing }', hashOf('{ nothing }'), 'GRAPHQL_VALIDATION_FAILED'],
])('a text that %s is refused and not registered', async (_, query, hash, code) => {
  const { post } = await serveShop(answer);

  const refused = await post({ query, extensions: toExtensions(hash) });

  expect(refused).toMatchObject({ status: 400, body: { errors: [{ extensions: { code } }] } });
  expect((await post({ extensions: toExtensions(hash) })).body).toEqual(NOT_FOUND);
});

test('a gateway without them says so, as Apollo does', async () => {
  const { post } = await serveShop(answer, { AUTOMATIC_PERSISTED_QUERIES: 'false' });

  const { status, body } = await post(BY_HASH);

  expect(status).toBe(200);
  expect(body.errors).toEqual([
    {
      message: 'PersistedQueryNotSupported',
      extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' },
    },
  ]);
});

test('a caller who must be known and is not learns nothing of what is registered', async () => {
  const { post, caller } = await serveShop(answer, { REQUIRE_AUTHENTICATION: 'true' });
  await post({ ...BY_HASH, query: QUERY }, await caller());

  const { status, body } = await post(BY_HASH);

  expect([status, body.errors?.[0]?.extensions.code]).toEqual([401, 'AUTHENTICATION_REQUIRED']);
});

test('identical queries by different hashes are never run as one', async () => {
  const { post } = await serveShop(
    ({ product }) => ({ data: product === 'stock' ? { pieces: 7 } : { mine: 'own' } }),
    { DEDUPLICATE_QUERIES: 'true' },
  );
  const other = '{ mine }';
  const asked = { extensions: toExtensions(hashOf(other)) };
  await post({ ...BY_HASH, query: QUERY });
  await post({ ...asked, query: other });

  const [first, second] = await Promise.all([post(BY_HASH), post(asked)]);

  expect([first.body, second.body]).toEqual([{ data: { pieces: 7 } }, { data: { mine: 'own' } }]);
});

test('gateways of one Redis share what is registered, and believe only what the hash says', async () => {
  const redis = await startRedis();
  const first = await serveShop(answer, { REDIS_URL: redis.url });
  const second = await first.serveAnother();
  const third = await first.serveAnother();
  const key = `meshgate:document:${hashOf(QUERY)}`;
  await expect
    .poll(async () => {
      await first.post({ ...BY_HASH, query: QUERY });
      return (await redis.command('EXISTS', key)).trim();
    })
    .toBe('1');

  await expect.poll(async () => (await second.post(BY_HASH)).body).toEqual({ data: { pieces: 7 } });
  expect(await second.metric(outcomeOf('found_shared'))).toBe(1);
  expect(Number(await redis.command('TTL', key))).toBeGreaterThan(86_000);

  await redis.command('SET', key, 'spoilt');
  expect((await third.post(BY_HASH)).body).toEqual(NOT_FOUND);
});

test('without its Redis a gateway goes on, and a hash that it does not know is not found', async () => {
  const redis = await startRedis();
  const { post } = await serveShop(answer, { REDIS_URL: redis.url });
  await redis.kill();

  expect((await post(BY_HASH)).body).toEqual(NOT_FOUND);
  expect((await post({ ...BY_HASH, query: QUERY })).body).toEqual({ data: { pieces: 7 } });
  expect((await post(BY_HASH)).body).toEqual({ data: { pieces: 7 } });
});

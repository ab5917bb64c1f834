/** Automatic persisted queries, as Apollo's clients speak them, through a whole gateway. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSealValue } from '../../../gateway/cache/shared/seal-value.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { type AnswerCall, serveShop } from '../../support/serve-shop.ts';

const answer: AnswerCall = () => ({ data: { pieces: 7, rename: 'x' } });

type Shop = Awaited<ReturnType<typeof serveShop>>;

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const toExtensions = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

const QUERY = 'query Pieces { pieces }';
const BY_HASH = { operationName: 'Pieces', extensions: toExtensions(hashOf(QUERY)) };
const NOT_FOUND = {
  errors: [
    { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } },
  ],
};

const KEY = `meshgate:document:${hashOf(QUERY)}`;

/** Registers the query with a gateway until Redis has it. */
const untilShared = (redis: TestRedis, { post }: Shop) =>
  expect
    .poll(async () => {
      await post({ ...BY_HASH, query: QUERY });
      return (await redis.command('EXISTS', KEY)).trim();
    })
    .toBe('1');

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
  expect(await metric('gateway_persisted_queries_bytes')).toBe(QUERY.length * 2 + 512);
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
  await untilShared(redis, first);

  await expect.poll(async () => (await second.post(BY_HASH)).body).toEqual({ data: { pieces: 7 } });
  expect(await second.metric(outcomeOf('found_shared'))).toBe(1);
  await redis.command('EXPIRE', KEY, '1000');
  expect((await third.post(BY_HASH)).body).toEqual({ data: { pieces: 7 } });
  expect(Number(await redis.command('TTL', KEY))).toBeGreaterThan(86_000);

  const fourth = await first.serveAnother();
  const forged = createSealValue([]).seal(KEY, '{ mine }');
  for (const value of ['spoilt', forged]) {
    await redis.command('SET', KEY, value);
    expect((await fourth.post(BY_HASH)).body).toEqual(NOT_FOUND);
  }
});

test('with a secret, Redis holds no text that can be read, and gives none that was put there without it', async () => {
  const redis = await startRedis();
  const first = await serveShop(answer, {
    REDIS_URL: redis.url,
    RESPONSE_CACHE_SECRETS: 'env:SECRET',
    SECRET: 'a secret of more than thirty-two characters',
  });
  const second = await first.serveAnother();
  await untilShared(redis, first);

  const held = Buffer.from(await redis.command('GET', KEY), 'base64').toString('latin1');
  await redis.command('SET', KEY, createSealValue([]).seal(KEY, QUERY));

  expect(held).not.toContain('pieces');
  expect((await second.post(BY_HASH)).body).toEqual(NOT_FOUND);
});

test('a caller with many documents pushes out no others but the own', async () => {
  const { post, caller } = await serveShop(answer, { PERSISTED_QUERIES_BYTES: '65536' });
  // Two of these are more than the eighth that one caller has.
  const toQuery = (name: string) => `query ${name} { pieces } # ${'x'.repeat(3000)}`;
  const register = async (name: string, sub: string) => {
    const query = toQuery(name);
    await post({ query, extensions: toExtensions(hashOf(query)) }, await caller({ sub }));
  };
  const isKnown = async (name: string) =>
    (await post({ extensions: toExtensions(hashOf(toQuery(name))) })).body.errors === undefined;

  await register('OfBen', 'ben');
  await register('First', 'ada');
  await register('Second', 'ada');

  expect([await isKnown('OfBen'), await isKnown('First'), await isKnown('Second')]).toEqual([
    true,
    false,
    true,
  ]);
});

test('without its Redis a gateway goes on, and a hash that it does not know is not found', async () => {
  const redis = await startRedis();
  const { post } = await serveShop(answer, { REDIS_URL: redis.url });
  await redis.kill();

  expect((await post(BY_HASH)).body).toEqual(NOT_FOUND);
  expect((await post({ ...BY_HASH, query: QUERY })).body).toEqual({ data: { pieces: 7 } });
  expect((await post(BY_HASH)).body).toEqual({ data: { pieces: 7 } });
});

test('a Redis that does not answer holds up a few look-ups, none of what is known here, and is used again after it', async () => {
  const redis = await startRedis();
  const first = await serveShop(answer, { REDIS_URL: redis.url });
  const second = await first.serveAnother();
  await untilShared(redis, first);
  const query = 'query Other { pieces }';
  const other = { extensions: toExtensions(hashOf(query)) };
  const answered = { data: { pieces: 7 } };

  redis.freeze();
  const startedAt = performance.now();
  for (let times = 0; times < 100; times += 1) {
    expect((await second.post(BY_HASH)).body).toEqual(NOT_FOUND);
    expect((await first.post(BY_HASH)).body).toEqual(answered);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  expect((await second.post({ ...other, query })).body).toEqual(answered);
  expect((await second.post(other)).body).toEqual(answered);
  redis.thaw();

  // A hundred time limits would be ten seconds.
  expect(seconds).toBeLessThan(5);
  expect(await second.metric('gateway_redis_failures_total')).toBeGreaterThan(99);
  await expect
    .poll(async () => (await second.post(BY_HASH)).body, { timeout: 5000 })
    .toEqual(answered);
  expect(await second.metric(outcomeOf('found_shared'))).toBe(1);
});

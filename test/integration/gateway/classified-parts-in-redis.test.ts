/**
 * Parts are kept as products gave them, before masks: what governance rules may hide gets into Redis
 * encrypted or not at all. A real Redis, whose values are read as they lie there.
 */
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  ACCOUNTS,
  CLASSIFICATION,
  classifiedFederation,
} from '../../support/classified-federation.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const EMAIL = '{ account(id: "a1") { email } }';
const CITY = '{ account(id: "a1") { city } }';
const [ADA] = ACCOUNTS;

async function serve(redis: TestRedis, settings: Readonly<Record<string, string>> = {}) {
  const folder = await writeFolder({
    'classification.yaml': CLASSIFICATION,
    secret: 'a secret of this test\n',
  });
  onTestFinished(() => folder.remove());
  const gateway = await serveFederation(classifiedFederation, {
    CLASSIFICATION_RULES: join(folder.path, 'classification.yaml'),
    MASK_SECRET: `file:${join(folder.path, 'secret')}`,
    REDIS_URL: redis.url,
    REDIS_TIMEOUT_MS: '2000',
    ...settings,
  });
  let calls = 0;
  const answer: RequestListener = async (request, response) => {
    calls += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { query } = JSON.parse(Buffer.concat(chunks).toString());
    const account = query.includes('email') ? { email: ADA?.email } : { city: ADA?.city };
    response.setHeader('cache-control', 'max-age=300, public');
    response.end(JSON.stringify({ data: { account: { __typename: 'Account', ...account } } }));
  };
  gateway.replace('accounts', answer);
  await expect
    .poll(async () => (await redis.command('CLIENT', 'LIST')).split('name=meshgate').length)
    .toBe(3);
  const ask = async (query: string, roles: readonly string[]) => {
    const authorization = `Bearer ${await gateway.token({ roles })}`;
    return (await gateway.post({ query }, { authorization })).body.data;
  };
  return { ...gateway, ask, calls: () => calls };
}

/** All values that lie there, as they can be read. */
async function readAll(redis: TestRedis): Promise<string> {
  const keys = (await redis.command('KEYS', 'meshgate:{answers}:*')).trim().split('\n');
  const values = keys.filter((key) => key !== '' && !/:(epochs|changes)$/.test(key));
  const texts = await Promise.all(values.map((key) => redis.command('GET', key)));
  return texts.map((text) => Buffer.from(text, 'base64').toString('latin1')).join('\n');
}

const countValues = async (redis: TestRedis) =>
  (await redis.command('KEYS', 'meshgate:{answers}:*'))
    .split('\n')
    .filter((key) => key !== '' && !/:(epochs|changes)$/.test(key)).length;

test('without a secret, what a rule masks gets into Redis masked, in an answer, and as no part', async () => {
  const redis = await startRedis();
  const { ask, calls } = await serve(redis);

  const masked = await ask(EMAIL, ['support']);
  await ask(CITY, ['support']);
  // Two answers, and the part without a class.
  await expect.poll(() => countValues(redis)).toBe(3);
  const text = await readAll(redis);

  expect(calls()).toBe(2);
  expect(masked).not.toEqual({ account: { email: ADA?.email } });
  expect(text).toContain(JSON.stringify(masked).slice(1, -1).replaceAll('"', '\\"'));
  expect(text).toContain('London');
  expect(text).not.toContain(ADA?.email);
});

test('with a secret, it is shared as a part, and cannot be read', async () => {
  const redis = await startRedis();
  const secrets = { RESPONSE_CACHE_SECRETS: 'env:SECRET', SECRET: 'a secret of this test' };
  const { ask, calls, serveAnother, token } = await serve(redis, secrets);
  await ask(EMAIL, ['support']);
  await expect.poll(() => countValues(redis)).toBe(2);
  const text = await readAll(redis);
  const second = await serveAnother();
  await expect
    .poll(async () => (await redis.command('CLIENT', 'LIST')).split('name=meshgate').length)
    .toBe(5);

  const authorization = `Bearer ${await token({ roles: ['steward'] })}`;
  const plain = await second.post({ query: EMAIL }, { authorization });

  expect(text).not.toContain('ada');
  expect(text).not.toContain('acme');
  expect(plain.body.data).toEqual({ account: { email: ADA?.email } });
  expect(calls()).toBe(1);
});

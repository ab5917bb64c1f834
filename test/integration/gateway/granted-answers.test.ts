/**
 * What grants make of kept answers, over real HTTP: with whom they are shared, and for how long clients are told
 * that they may keep them.
 */
import { expect, onTestFinished, test } from 'vitest';
import { loadOrCreateSigningKey } from '../../../gateway/identity/trust/signing-key.ts';
import { type AccessDesk, openAccessDesk } from '../../support/access.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { sendRequest } from '../../support/send-request.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const DESK: FixtureSubgraph = {
  name: 'desk',
  sdl: `
    type Query { secret: String @requiresScopes(scopes: [["desk:read"]]), other: String @requiresScopes(scopes: [["desk:read"]]) }`,
  resolvers: { Query: { secret: () => 'secret', other: () => 'other' } },
  cacheControl: 'public, max-age=7200',
};
const SHELF: FixtureSubgraph = {
  name: 'shelf',
  sdl: 'type Query { shelf: String }',
  resolvers: { Query: { shelf: () => 'shelf' } },
  cacheControl: 'public, max-age=7200',
};

const SECRET = JSON.stringify({ query: '{ secret }' });

async function serve(desk: AccessDesk, settings: Readonly<Record<string, string>> = {}) {
  const gateway = await serveFederation([DESK, SHELF], {
    DATABASE_URL: desk.database.adminUrl,
    ...settings,
  });
  return {
    ...gateway,
    /** Asks as somebody. */
    async ask(sub: string, body = SECRET) {
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${await gateway.token({ sub })}`,
      };
      return sendRequest(gateway.url, { method: 'POST', path: '/graphql', headers, body });
    },
  };
}

/** Where the key is with which products are told who asks, and what was granted. */
async function makeTrustKey() {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  await loadOrCreateSigningKey(`${folder.path}/key.json`);
  return { SUBGRAPH_TRUST_KEY_FILE: `${folder.path}/key.json` };
}

const ANSWERS = { ENTITY_CACHE_BYTES: '0' };
const PARTS = { RESPONSE_CACHE_BYTES: '0' };

test.each([
  ['answers are shared by callers to whom the same was granted', ANSWERS, true, 2],
  ['parts are shared by callers to whom the same was granted', PARTS, true, 2],
  [
    'answers of products that are told of no grant are shared by all who may read them',
    ANSWERS,
    false,
    1,
  ],
  [
    'parts of products that are told of no grant are shared by all who may read them',
    PARTS,
    false,
    1,
  ],
])('%s', async (_, settings, areTold, calls) => {
  const desk = await openAccessDesk('desk', 'shelf');
  const gateway = await serve(desk, { ...settings, ...(areTold ? await makeTrustKey() : {}) });
  await desk.give();
  await desk.give({ subject: 'ben', requestedBy: 'ben', ttlSeconds: 600 });
  await desk.give({ subject: 'ben', requestedBy: 'ben', product: 'shelf' });
  const narrow = { subject: 'cyd', requestedBy: 'cyd', coordinates: ['Query.secret'] };
  await desk.applied(await desk.give(narrow));

  const bodies = [];
  for (const sub of ['ada', 'ben', 'cyd', 'ada', 'ben', 'cyd']) {
    bodies.push(JSON.parse((await gateway.ask(sub)).body));
  }

  expect(bodies).toEqual(Array(6).fill({ data: { secret: 'secret' } }));
  // Where it is told of grants, the product is told something else of the last one.
  expect(gateway.received).toHaveLength(calls);
});

test('clients may keep an answer for as long as what was granted to them, also one that was made for another', async () => {
  const desk = await openAccessDesk('desk', 'shelf');
  const gateway = await serve(desk);
  await desk.give({ ttlSeconds: 600 });
  await desk.applied(await desk.give({ subject: 'ben', requestedBy: 'ben', ttlSeconds: 60 }));
  const lifetimeFor = async (sub: string, body?: string) => {
    const { headers } = await gateway.ask(sub, body);
    return Number(/^max-age=(\d+), private$/.exec(String(headers['cache-control']))?.[1]);
  };

  const lifetimes = [await lifetimeFor('ada'), await lifetimeFor('ben'), await lifetimeFor('ada')];
  const [first = 0, second = 0, third = 0] = lifetimes;

  expect(gateway.received).toHaveLength(1);
  expect(first).toBeGreaterThan(500);
  expect(first).toBeLessThanOrEqual(600);
  expect(second).toBeGreaterThan(0);
  expect(second).toBeLessThanOrEqual(60);
  expect(third).toBeGreaterThan(500);
  expect(third).toBeLessThanOrEqual(600);
});

/**
 * Whatever is granted, revoked, ends, is ruled or is written in the middle, a gateway that keeps answers
 * says what one says that keeps none. Real HTTP, a database, a file of rules.
 */

import { rename, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { registerProducts } from '../../../gateway/control/access/access-terms-store.ts';
import { approveRequest } from '../../../gateway/control/access/change-requests.ts';
import type { AccessChange, NewRequest } from '../../../gateway/control/access/settle-request.ts';
import { loadOrCreateSigningKey } from '../../../gateway/identity/trust/signing-key.ts';
import { inTransaction } from '../../../shared/postgres/in-transaction.ts';
import { openAccessDesk } from '../../support/access.ts';
import {
  ACCOUNTS,
  type Account,
  CLASSIFICATION,
  createClassifiedSubgraphs,
  GRANTABLE_CLASSIFICATION,
  REQUIRING_SCOPE,
} from '../../support/classified-federation.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { PERSONAL_TERMS } from '../../support/personal-terms.ts';
import { sendRequest } from '../../support/send-request.ts';
import { type AnswerBody, serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const QUERIES = [
  '{ account(id: "a1") { id email phone born income } }',
  '{ account(id: "a2") { id city } }',
  '{ accounts { id email nicknames } }',
  '{ accounts(filter: { income: { min: 1000 } }) { id } }',
  '{ richest { id income vip } }',
  '{ order { id account { id greeting } } }',
  '{ order { account { shout email } } }',
  '{ totals { accounts income } }',
  '{ node(id: "a1") { id ... on Account { email } } }',
  '{ told }',
  '{ told account(id: "a1") { email } }',
  '{ groups(by: BIRTH_YEAR) { key accounts } order { id } }',
];

const GRANTED = 'for: { granted: true }, effect: allow';
const KNOWN = 'for: { authenticated: true }, effect: allow';
const RULES = [
  GRANTABLE_CLASSIFICATION,
  GRANTABLE_CLASSIFICATION.replace(GRANTED, GRANTED.replace('allow', 'deny')),
  GRANTABLE_CLASSIFICATION.replace('{ keepFirst: 1 }', '{ keepFirst: 3 }'),
  GRANTABLE_CLASSIFICATION.replace(
    KNOWN,
    'for: { purposes: [research] }, effect: mask, masks: [hash, month, { bucket: 500 }]',
  ),
  CLASSIFICATION,
];

const PRODUCTS = ['accounts', 'orders', 'desk'];

/** Says what it is told of grants, and so the same to all who are granted the same of it. */
const DESK: FixtureSubgraph = {
  name: 'desk',
  sdl: 'type Query { told: String }',
  resolvers: {
    Query: {
      told(_: never, __: never, { headers }: { headers: IncomingHttpHeaders }) {
        const { granted } = decodeJwt(String(headers.authorization).slice('Bearer '.length));
        return JSON.stringify(granted ?? null);
      },
    },
  },
};

const KEY = 'a key that nobody guesses';

/** For how long some grants are given: they end in the middle, and nobody says so. */
const SHORT_SECONDS = 1;

/** Who asks: what may make a difference, and what may not. */
interface Asker {
  readonly sub: 'ada' | 'ben' | null;
  readonly scope: string;
  readonly roles: readonly string[];
  /** For which the issuer vouches. */
  readonly vouched: readonly string[];
  /** What the request says that it is for. */
  readonly purpose: string | null;
}

const asker: fc.Arbitrary<Asker> = fc.record({
  sub: fc.constantFrom('ada', 'ada', 'ben', null),
  scope: fc.constantFrom('', '', 'pii:read', 'other'),
  roles: fc.constantFrom<readonly string[]>([], ['support'], ['steward'], ['press', 'other']),
  vouched: fc.constantFrom<readonly string[]>([], ['research'], ['analytics', 'research']),
  purpose: fc.constantFrom('research', null, null),
});

const give = fc.record({
  kind: fc.constant('give' as const),
  what: fc.constantFrom<Pick<NewRequest, 'product' | 'coordinates'>>(
    ...PRODUCTS.map((product) => ({ product, coordinates: null })),
    { product: 'accounts', coordinates: ['Account.email'] },
    { product: 'orders', coordinates: ['Account.greeting'] },
    { product: 'desk', coordinates: ['Query.told'] },
  ),
  subject: fc.constantFrom('ada', 'ada', 'ben'),
  level: fc.constantFrom('full', 'masked'),
  ttlSeconds: fc.constantFrom(SHORT_SECONDS, 3600, 3600),
});

/** How a write is announced. */
type Saying = 'subgraph' | 'type' | 'entity';

const step = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      query: fc.constantFrom(...QUERIES),
      asker,
    }),
  },
  { weight: 5, arbitrary: give },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('revoke' as const), nth: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('rule' as const), rules: fc.constantFrom(...RULES) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      account: fc.nat(1),
      income: fc.integer({ min: 1, max: 5000 }),
      says: fc.constantFrom<Saying>('subgraph', 'type', 'entity'),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

async function serve(settings: Readonly<Record<string, string>>) {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const rules = join(folder.path, 'classification.yaml');
  await writeFile(rules, GRANTABLE_CLASSIFICATION);
  await writeFile(join(folder.path, 'secret'), 'a secret of this test\n');
  await loadOrCreateSigningKey(join(folder.path, 'key.json'));
  const desk = await openAccessDesk('accounts', ...PRODUCTS.slice(1));
  await inTransaction(desk.pool, (client) =>
    registerProducts(
      client,
      PRODUCTS.map((product) => ({ ...PERSONAL_TERMS, product })),
    ),
  );
  const accounts: Account[] = [...ACCOUNTS];
  // What is masked or refused is so by the gateway.
  const subgraphs = [...createClassifiedSubgraphs(() => accounts, REQUIRING_SCOPE), DESK].map(
    (one) => ({ ...one, cacheControl: 'public, max-age=600' }),
  );
  const gateway = await serveFederation(subgraphs, {
    CLASSIFICATION_RULES: rules,
    MASK_SECRET: `file:${join(folder.path, 'secret')}`,
    SUBGRAPH_TRUST_KEY_FILE: join(folder.path, 'key.json'),
    DATABASE_URL: desk.database.adminUrl,
    CACHE_INVALIDATION_KEY: 'env:FORGET_KEY',
    FORGET_KEY: KEY,
    ...settings,
  });
  return { gateway, desk, accounts, rules };
}

type Mesh = Awaited<ReturnType<typeof serve>>;

/** Whether a grant has ended while the request was under way, needed or not. */
function hasEnded({ errors = [] }: AnswerBody): boolean {
  return errors.some(({ extensions }) => extensions.code === 'ACCESS_ENDED');
}

/** Takes steps, and compares what is said with and without what is kept. */
class Walk {
  readonly #mesh: Mesh;
  readonly #tokens = new Map<string, string>();
  readonly #grants: AccessChange[] = [];
  readonly #asked: StepOf<'ask'>[] = [];
  #rules = GRANTABLE_CLASSIFICATION;
  #swaps = 0;

  constructor(mesh: Mesh) {
    this.#mesh = mesh;
  }

  async take(one: Step): Promise<void> {
    switch (one.kind) {
      case 'ask':
        return this.#ask(one);
      case 'give':
        return this.#give(one);
      case 'revoke':
        return this.#revoke(one);
      case 'rule':
        return this.rule(one.rules);
      case 'write':
        return this.#write(one);
    }
  }

  /** Ends all grants, those without news by the clock, asks everything again, and leaves no rules behind. */
  async end(): Promise<void> {
    for (const given of this.#grants.splice(0)) await this.#end(given);
    for (const one of this.#asked.splice(0)) await this.#compare(one);
    await this.rule(GRANTABLE_CLASSIFICATION);
  }

  async rule(rules: string): Promise<void> {
    if (rules === this.#rules) return;
    const { gateway, rules: file } = this.#mesh;
    await writeFile(`${file}.new`, rules);
    await rename(`${file}.new`, file);
    this.#rules = rules;
    this.#swaps += 1;
    const swapped = () => gateway.metric('gateway_classification_swaps_total{outcome="swapped"}');
    await expect.poll(swapped, { timeout: 5000, interval: 5 }).toBe(this.#swaps);
  }

  #ask(one: StepOf<'ask'>): Promise<void> {
    this.#asked.push(one);
    return this.#compare(one);
  }

  async #compare({ query, asker }: StepOf<'ask'>): Promise<void> {
    const { gateway } = this.#mesh;
    const headers = await this.#headersOf(asker);
    const say = async (wish: string) =>
      (await gateway.post({ query }, { ...headers, 'cache-control': wish })).body;
    for (;;) {
      const before = await say('no-store');
      const kept = await say('max-age=60');
      const after = await say('no-store');
      // The clock may end a grant in between; from the next round on both must know.
      const isSteady = JSON.stringify(before) === JSON.stringify(after) && !hasEnded(kept);
      if (!isSteady) continue;
      expect(kept).toEqual(after);
      return;
    }
  }

  async #give({ what, subject, level, ttlSeconds }: StepOf<'give'>): Promise<void> {
    const { desk } = this.#mesh;
    const asked = await desk.give({ ...what, subject, level, ttlSeconds });
    // Personal data as it is takes the steward as well.
    const given =
      asked.grant === null
        ? await approveRequest(desk.pool, asked.request.id, { actor: 'sam', reason: null })
        : asked;
    await desk.applied(given);
    this.#grants.push(given);
  }

  async #revoke({ nth }: StepOf<'revoke'>): Promise<void> {
    const [given] = this.#grants.splice(nth % Math.max(1, this.#grants.length), 1);
    if (given !== undefined) await this.#end(given);
  }

  async #end({ grant }: AccessChange): Promise<void> {
    const { desk } = this.#mesh;
    const { id = '', startsAt = '', endsAt = '' } = grant ?? {};
    if (Date.parse(endsAt) - Date.parse(startsAt) > 1000 * SHORT_SECONDS) {
      await desk.applied(await desk.revoke(id));
      return;
    }
    const isOver = () => Date.now() >= Date.parse(endsAt);
    await expect.poll(isOver, { timeout: 5000, interval: 5 }).toBe(true);
  }

  async #write({ account, income, says }: StepOf<'write'>): Promise<void> {
    const { accounts, gateway } = this.#mesh;
    const old = accounts[account] as Account;
    accounts[account] = { ...old, income, email: `${income}@acme.example` };
    const subgraph = 'accounts';
    const figures = ['Totals', 'Group'].map((type) => ({ kind: 'type', subgraph, type }));
    const said = {
      subgraph: [{ kind: 'subgraph', subgraph }],
      type: [{ kind: 'type', subgraph, type: 'Account' }, ...figures],
      entity: [{ kind: 'entity', subgraph, type: 'Account', keys: [{ id: old.id }] }, ...figures],
    };
    await sendRequest(gateway.url, {
      method: 'POST',
      path: '/cache/invalidate',
      headers: { authorization: KEY },
      body: JSON.stringify(said[says]),
    });
  }

  async #headersOf({ sub, scope, roles, vouched, purpose }: Asker) {
    const named = purpose === null ? {} : { 'x-purpose': purpose };
    if (sub === null) return named;
    const claims = { sub, scope, roles, ...(vouched.length === 0 ? {} : { purpose: vouched }) };
    const key = JSON.stringify(claims);
    const token = this.#tokens.get(key) ?? (await this.#mesh.gateway.token(claims));
    this.#tokens.set(key, token);
    return { ...named, authorization: `Bearer ${token}` };
  }
}

test.each([
  ['as wholes', '1000000', '0', 'gateway_response_cache_lookups_total{state="hit"}'],
  [
    'as parts',
    '0',
    '1000000',
    'gateway_entity_cache_lookups_total{subgraph="accounts",type="Query",state="hit"}',
  ],
  ['as both', '1000000', '1000000', 'gateway_response_cache_lookups_total{state="hit"}'],
])(
  'answers kept %s are those of the rights and the data that hold at the moment',
  async (_, whole, parts, hits) => {
    const mesh = await serve({ RESPONSE_CACHE_BYTES: whole, ENTITY_CACHE_BYTES: parts });
    const walk = new Walk(mesh);

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 60 }), async (steps) => {
        for (const one of steps) await walk.take(one);
        await walk.end();
      }),
      { numRuns: 5, endOnFailure: true },
    );
    expect(await mesh.gateway.metric(hits)).toBeGreaterThan(50);
  },
  60_000,
);

/**
 * How many values and entities the ledger says that callers were shown, held against what they were
 * answered.
 */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AuditRecord } from '../../../gateway/audit/audit-record.ts';
import { findReaders } from '../../../gateway/control/audit/find-readers.ts';
import { openAccessDesk } from '../../support/access.ts';
import { CLASSIFICATION, classifiedFederation } from '../../support/classified-federation.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { startRedis } from '../../support/redis.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

/** A busy machine may be late. */
const POLL = { timeout: 10_000 };

const STAFF: FixtureSubgraph = {
  name: 'staff',
  sdl: `
    type Query { people: [Person!] named: [Named!] team: Team }
    interface Named { name: String }
    type Person implements Named { name: String @tag(name: "pii") boss: Person badge: Int! @tag(name: "pii") }
    type Robot implements Named { name: String serial: String }
    type Team @tag(name: "pii") { lead: Person members: [Person] }
  `,
  resolvers: {
    Named: { __resolveType: (one: object) => ('serial' in one ? 'Robot' : 'Person') },
    Query: {
      people: () => PEOPLE,
      named: () => [...PEOPLE, { name: 'R2', serial: '2' }],
      team: () => ({ lead: PEOPLE[0], members: [PEOPLE[0], BROKEN, PEOPLE[1]] }),
    },
  },
};
const ADA = { name: 'Ada', boss: null, badge: 1 };
const PEOPLE = [ADA, { name: 'Ben', boss: ADA, badge: 2 }, { name: null, boss: ADA, badge: 3 }];
const BROKEN = { name: 'Cem', boss: null, badge: null };

const PII = '@tag(name: "pii")';

/** Members have a key that only another product asks for, and an address that has none. */
const CREW: readonly FixtureSubgraph[] = [
  {
    name: 'crew',
    sdl: `
      type Query { crew: [Member!] }
      type Member @key(fields: "id") @key(fields: "badge { number }") {
        id: ID! name: String ${PII} badge: Badge! chief: Member address: Address
      }
      type Badge { number: Int! }
      type Address { street: String ${PII} city: String }
    `,
    resolvers: {
      Query: { crew: () => MEMBERS },
      Member: {
        __resolveReference: ({ id }: { id: string }) => MEMBERS.find((one) => one.id === id),
      },
    },
  },
  {
    name: 'shifts',
    sdl: `
      type Query { shifts: [Shift!] }
      type Shift { member: Member! }
      type Member @key(fields: "id") { id: ID! phone: String ${PII} }
    `,
    resolvers: {
      Query: { shifts: () => ['m1', 'm2', 'm1', 'm1'].map((id) => ({ member: { id } })) },
      Member: { phone: ({ id }: { id: string }) => (id === 'm3' ? null : '555') },
    },
  },
];
const CHIEF = { id: 'm1', name: 'Eve', badge: { number: 1 }, chief: null, address: null };
const MEMBERS = [
  CHIEF,
  { ...CHIEF, id: 'm2', badge: { number: 2 }, chief: CHIEF, address: { street: 'A', city: 'B' } },
  { ...CHIEF, id: 'm3', badge: { number: 3 }, chief: CHIEF, address: { street: 'A', city: 'B' } },
];

async function serve(
  subgraphs: readonly FixtureSubgraph[],
  settings: Readonly<Record<string, string>> = {},
) {
  const desk = await openAccessDesk('counts');
  const folder = await writeFolder({ 'rules.yaml': CLASSIFICATION });
  onTestFinished(() => folder.remove());
  const gateway = await serveFederation(subgraphs, {
    CLASSIFICATION_RULES: join(folder.path, 'rules.yaml'),
    DATABASE_URL: desk.database.adminUrl,
    ...settings,
  });
  const authorize = async (role: string) => ({
    authorization: `Bearer ${await gateway.token({ roles: [role] })}`,
  });
  return {
    gateway,
    pool: desk.pool,
    authorize,
    ask: async (query: string, role = 'steward') => gateway.post({ query }, await authorize(role)),
    /** What was shown, by record, once the gateway has closed: values, then entities with `~` where not exact. */
    async shown(): Promise<readonly Readonly<Record<string, string>>[]> {
      await gateway.close();
      const rows = await desk.pool.query<{ record: AuditRecord }>(
        'SELECT record FROM meshgate.audit_record ORDER BY at, sequence, place',
      );
      return rows.map(({ record: { shown, entities } }) => {
        expect(Object.keys(entities).sort()).toEqual(Object.keys(shown).sort());
        return Object.fromEntries(
          Object.entries(shown).map(([coordinate, values]) => {
            const { count, exact } = entities[coordinate] ?? { count: -1, exact: false };
            return [coordinate, `${values} of ${exact ? '' : '~'}${count}`];
          }),
        );
      });
    },
  };
}

test('every value of a list counts, masked or not, and what is null does not', async () => {
  const { ask, shown, pool } = await serve(classifiedFederation);

  await ask('{ accounts { id email mail: email nicknames city } }');
  await ask('{ accounts { email phone } contact { email } }', 'support');
  await ask('{ account(id: "none") { email } }');
  const counts = await shown();

  expect(counts).toEqual([
    { 'Account.email': '4 of 2', 'Account.nicknames': '4 of 2' },
    { 'Account.email': '3 of ~3', 'Account.phone': '2 of ~2', 'Contact.email': '3 of ~3' },
    {},
  ]);
  const [reader] = await findReaders(pool, {
    field: 'Account.email',
    since: new Date(0),
    entity: null,
    limit: null,
  });
  expect(reader).toMatchObject({ seen: 2, masked: 1, valuesSeen: 4, valuesMasked: 3 });
});

test('a value counts for the type that it is of and the interface that it was asked by', async () => {
  const { ask, shown } = await serve([STAFF]);

  await ask('{ named { name ... on Robot { serial } } }');
  await ask('{ people { name boss { name boss { name } } } }');

  expect(await shown()).toEqual([
    { 'Named.name': '3 of ~3', 'Person.name': '2 of ~2' },
    { 'Person.name': '4 of ~4' },
  ]);
});

test('an object that an error makes null was not shown, and neither was what was in it', async () => {
  const { ask, shown } = await serve([STAFF]);

  const { body } = await ask('{ team { lead { name } members { name badge } } }');

  expect(body.data).toEqual({
    team: {
      lead: { name: 'Ada' },
      members: [{ name: 'Ada', badge: 1 }, null, { name: 'Ben', badge: 2 }],
    },
  });
  expect(await shown()).toEqual([
    { 'Person.badge': '2 of ~2', 'Person.name': '3 of ~3', Team: '1 of ~1' },
  ]);
});

test('an entity in several places of an answer counts once, by the key that a plan fetches', async () => {
  const { ask, shown } = await serve(CREW);

  await ask('{ crew { name phone chief { name me: id } } }');
  await ask('{ crew { name phone chief { name } } }');
  await ask('{ shifts { member { name } } }', 'support');
  await ask('{ crew { number: id name address { street } } }');

  expect(await shown()).toEqual([
    { 'Member.name': '5 of 3', 'Member.phone': '2 of 2' },
    { 'Member.name': '5 of ~5', 'Member.phone': '2 of 2' },
    { 'Member.name': '4 of 2' },
    { 'Member.name': '3 of 3', 'Address.street': '2 of 2' },
  ]);
});

test('what conditions leave out and what is refused is of no entity, and two keys are no certainty', async () => {
  const { gateway, ask, authorize, shown } = await serve(CREW);
  const query =
    'query ($named: Boolean!) { crew { id name @include(if: $named) address @skip(if: $named) { street } } }';

  for (const named of [true, false]) {
    await gateway.post({ query, variables: { named } }, await authorize('steward'));
  }
  await ask('{ crew { id name } }', 'nobody');
  await ask('{ crew { id name chief { name badge { number } } } }');

  expect(await shown()).toEqual([
    { 'Member.name': '3 of 3' },
    { 'Address.street': '2 of 2' },
    {},
    { 'Member.name': '5 of ~4' },
  ]);
});

test('an answer that is repeated, or shared by who waits for it, counts for each who gets it', async () => {
  const { ask, shown } = await serve(classifiedFederation, { DEDUPLICATE_QUERIES: 'true' });
  const askOnce = () => ask('{ accounts { email number: id } }');

  await Promise.all([askOnce(), askOnce()]);
  for (let round = 0; round < 4; round += 1) await askOnce();

  expect(await shown()).toEqual(Array.from({ length: 6 }, () => ({ 'Account.email': '2 of 2' })));
});

test('an answer that was kept counts for everybody who is given it, by another gateway too', async () => {
  const redis = await startRedis();
  const { gateway, authorize, ask, shown } = await serve(classifiedFederation, {
    REDIS_URL: redis.url,
    // What a busy machine is late for is made anew, and that is not what is tested.
    REDIS_TIMEOUT_MS: '1000',
  });
  gateway.replace('accounts', (request, response) => {
    request.resume();
    const kept = { 'content-type': 'application/json', 'cache-control': 'public, max-age=600' };
    response.writeHead(200, kept);
    response.end(JSON.stringify({ data: { accounts: [{ email: 'a@b' }, { email: 'c@d' }] } }));
  });
  const another = await gateway.serveAnother();
  await expect
    .poll(async () => (await redis.command('CLIENT', 'LIST')).split('name=meshgate').length, POLL)
    .toBe(5);
  const query = '{ accounts { email } }';

  await ask(query);
  const again = await ask(query);
  await expect
    .poll(async () => await redis.command('KEYS', 'meshgate:{answers}:*'), POLL)
    .toMatch(/answers.*\n.*answers/);
  const other = await another.post({ query }, await authorize('steward'));
  await another.close();

  expect(again.headers.get('age')).not.toBeNull();
  expect(other.headers.get('age')).not.toBeNull();
  expect(await shown()).toEqual(Array.from({ length: 3 }, () => ({ 'Account.email': '2 of ~2' })));
});

test('what a gateway without a ledger has kept is made anew by one that has to count', async () => {
  const redis = await startRedis();
  const { gateway, authorize, ask, shown } = await serve(classifiedFederation, {
    REDIS_URL: redis.url,
    // What a busy machine is late for is made anew, and that is not what is tested.
    REDIS_TIMEOUT_MS: '1000',
  });
  gateway.replace('accounts', (request, response) => {
    request.resume();
    const kept = { 'content-type': 'application/json', 'cache-control': 'public, max-age=600' };
    response.writeHead(200, kept);
    response.end(JSON.stringify({ data: { accounts: [{ email: 'a@b' }] } }));
  });
  const another = await gateway.serveAnother({ AUDIT: 'false' });
  await expect
    .poll(async () => (await redis.command('CLIENT', 'LIST')).split('name=meshgate').length, POLL)
    .toBe(5);
  const query = '{ accounts { email } }';
  await another.post({ query }, await authorize('steward'));
  await expect
    .poll(async () => await redis.command('KEYS', 'meshgate:{answers}:*'), POLL)
    .toMatch(/answers.*\n.*answers/);

  const { headers } = await ask(query);
  await another.close();

  expect(headers.get('age')).toBeNull();
  expect(await shown()).toEqual([{ 'Account.email': '1 of ~1' }]);
});

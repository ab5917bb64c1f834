/**
 * How many values the ledger says that callers were shown, held against what they were answered.
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
    /** What was shown, by record, once the gateway has closed. */
    async shown(): Promise<readonly AuditRecord['shown'][]> {
      await gateway.close();
      const rows = await desk.pool.query<{ record: AuditRecord }>(
        'SELECT record FROM meshgate.audit_record ORDER BY at, sequence, place',
      );
      return rows.map(({ record }) => record.shown);
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
    { 'Account.email': 4, 'Account.nicknames': 4 },
    { 'Account.email': 3, 'Account.phone': 2, 'Contact.email': 3 },
    {},
  ]);
  const [reader] = await findReaders(pool, 'Account.email', new Date(0));
  expect(reader).toMatchObject({ seen: 2, masked: 1, valuesSeen: 4, valuesMasked: 3 });
});

test('a value counts for the type that it is of and the interface that it was asked by', async () => {
  const { ask, shown } = await serve([STAFF]);

  await ask('{ named { name ... on Robot { serial } } }');
  await ask('{ people { name boss { name boss { name } } } }');

  expect(await shown()).toEqual([{ 'Named.name': 3, 'Person.name': 2 }, { 'Person.name': 4 }]);
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
  expect(await shown()).toEqual([{ 'Person.badge': 2, 'Person.name': 3, Team: 1 }]);
});

test('an answer that is repeated, or shared by who waits for it, counts for each who gets it', async () => {
  const { ask, shown } = await serve(classifiedFederation, { DEDUPLICATE_QUERIES: 'true' });
  const askOnce = () => ask('{ accounts { email } }');

  await Promise.all([askOnce(), askOnce()]);
  for (let round = 0; round < 4; round += 1) await askOnce();

  expect(await shown()).toEqual(Array.from({ length: 6 }, () => ({ 'Account.email': 2 })));
});

test('an answer that was kept counts for everybody who is given it, by another gateway too', async () => {
  const redis = await startRedis();
  const { gateway, authorize, ask, shown } = await serve(classifiedFederation, {
    REDIS_URL: redis.url,
  });
  gateway.replace('accounts', (request, response) => {
    request.resume();
    const kept = { 'content-type': 'application/json', 'cache-control': 'public, max-age=600' };
    response.writeHead(200, kept);
    response.end(JSON.stringify({ data: { accounts: [{ email: 'a@b' }, { email: 'c@d' }] } }));
  });
  const another = await gateway.serveAnother();
  await expect
    .poll(async () => (await redis.command('CLIENT', 'LIST')).split('name=meshgate').length)
    .toBe(5);
  const query = '{ accounts { email } }';

  await ask(query);
  const again = await ask(query);
  await expect
    .poll(async () => await redis.command('KEYS', 'meshgate:{answers}:*'))
    .toMatch(/answers.*\n.*answers/);
  const other = await another.post({ query }, await authorize('steward'));
  await another.close();

  expect(again.headers.get('age')).not.toBeNull();
  expect(other.headers.get('age')).not.toBeNull();
  expect(await shown()).toEqual(Array.from({ length: 3 }, () => ({ 'Account.email': 2 })));
});

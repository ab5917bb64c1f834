/**
 * Grants over real HTTP: several gateways, one database, subgraphs that note what they were sent.
 */
import { readFile } from 'node:fs/promises';

import { decodeJwt } from 'jose';
import { expect, onTestFinished, test } from 'vitest';

import { loadOrCreateSigningKey } from '../../../gateway/identity/trust/signing-key.ts';
import { type AccessDesk, openAccessDesk } from '../../support/access.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const SCOPED = '@requiresScopes(scopes: [["desk:read"]])';
const DESK: FixtureSubgraph = {
  name: 'desk',
  sdl: `
    type Query { open: String, secret: String ${SCOPED}, other: String ${SCOPED}, folder: Folder }
    type Mutation { write: String ${SCOPED} }
    type Folder @key(fields: "id") @shareable ${SCOPED} { id: ID! title: String }`,
  resolvers: {
    Query: {
      open: () => 'open',
      secret: () => 'secret',
      other: () => 'other',
      folder: () => ({ id: '1', title: 'title' }),
    },
    Mutation: { write: () => 'written' },
  },
};
const SHELF: FixtureSubgraph = {
  name: 'shelf',
  sdl: 'type Query { shelf: String } type Folder @key(fields: "id") { id: ID! place: String }',
  resolvers: { Query: { shelf: () => 'shelf' }, Folder: { place: () => 'top' } },
};

type Gateway = Awaited<ReturnType<typeof serveFederation>>;

const serve = (desk: AccessDesk, settings: Readonly<Record<string, string>> = {}) =>
  serveFederation([DESK, SHELF], { DATABASE_URL: desk.database.adminUrl, ...settings });

/** Data of an answer, or the code of its only error when there is none. */
async function ask(gateway: Gateway, query = '{ secret }', claims: object = {}): Promise<unknown> {
  const authorization = `Bearer ${await gateway.token(claims)}`;
  const { body } = await gateway.post({ query }, { authorization });
  return body.data ?? body.errors?.[0]?.extensions.code;
}

/** Nothing is left of an operation that asks for what is protected only. */
const REFUSED = 'UNAUTHORIZED_FIELD_OR_TYPE';
const ALLOWED = { secret: 'secret' };

test('what is granted is open on every gateway once it is applied, and closed once it is revoked', async () => {
  const desk = await openAccessDesk('desk');
  const gateways = [await serve(desk), await serve(desk)];
  const askAll = () => Promise.all(gateways.map((gateway) => ask(gateway)));

  const before = await askAll();
  const given = await desk.give();
  expect(await desk.applied(given)).toBe('2 of 2');
  const during = await askAll();
  expect(await desk.applied(await desk.revoke(given.grant?.id ?? ''))).toBe('2 of 2');
  const after = await askAll();

  expect({ before, during, after }).toEqual({
    before: [REFUSED, REFUSED],
    during: [ALLOWED, ALLOWED],
    after: [REFUSED, REFUSED],
  });
});

test('a grant of fields opens these fields to this caller, and nothing else to anybody', async () => {
  const desk = await openAccessDesk('desk');
  const gateway = await serve(desk);
  await desk.applied(await desk.give({ coordinates: ['Query.secret'] }));

  const query = '{ open secret other }';
  expect(await ask(gateway, query)).toEqual({ open: 'open', secret: 'secret', other: null });
  expect(await ask(gateway, query, { sub: 'eve' })).toEqual({
    open: 'open',
    secret: null,
    other: null,
  });
  expect(await ask(gateway, query, { sub: 'eve', scope: 'desk:read' })).toEqual({
    open: 'open',
    secret: 'secret',
    other: 'other',
  });
  expect((await gateway.post({ query })).body.data).toMatchObject({ secret: null });
});

test('a grant of a product is for reading: what changes data is granted by name', async () => {
  const desk = await openAccessDesk('desk');
  const gateway = await serve(desk);
  const write = () => ask(gateway, 'mutation { write }');
  await desk.applied(await desk.give());

  expect(await ask(gateway)).toEqual(ALLOWED);
  expect(await write()).toBe(REFUSED);
  await desk.applied(await desk.give({ coordinates: ['Mutation.write'] }));
  expect(await write()).toEqual({ write: 'written' });
});

test('what two products offer takes a grant of each', async () => {
  const desk = await openAccessDesk('desk', 'shelf');
  const gateway = await serve(desk);
  const read = () => ask(gateway, '{ folder { title place } }');

  await desk.applied(await desk.give());
  expect(await read()).toBe(REFUSED);
  await desk.applied(await desk.give({ product: 'shelf' }));
  expect(await read()).toEqual({ folder: { title: 'title', place: 'top' } });
});

test('a product is told what was granted of it, and of no other', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  await loadOrCreateSigningKey(`${folder.path}/key.json`);
  const desk = await openAccessDesk('desk');
  const gateway = await serve(desk, { SUBGRAPH_TRUST_KEY_FILE: `${folder.path}/key.json` });
  await desk.applied(await desk.give({ coordinates: ['Query.secret'] }));

  await ask(gateway, '{ secret shelf }', { scope: 'x' });
  await ask(gateway, '{ open }', { scope: 'x', sub: 'eve' });

  const told = gateway.received.map(({ subgraph, headers }) => {
    const { granted, scope } = decodeJwt(String(headers.authorization).slice('Bearer '.length));
    return [subgraph, scope, granted];
  });
  expect(told.toSorted(([, , one], [, , other]) => (one === other ? 0 : one ? -1 : 1))).toEqual([
    ['desk', 'x', ['Query.secret']],
    ['shelf', 'x', undefined],
    ['desk', 'x', undefined],
  ]);
});

test('a grant ends by the clock, without any news', async () => {
  const desk = await openAccessDesk('desk');
  const gateway = await serve(desk);
  const given = await desk.give({ ttlSeconds: 2 });
  await desk.applied(given);
  expect(await ask(gateway)).toEqual(ALLOWED);

  await expect.poll(() => ask(gateway), { timeout: 5000, interval: 10 }).toEqual(REFUSED);

  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(given.grant?.endsAt ?? ''));
});

test('an operation that runs while its grant is revoked shows nothing', async () => {
  const desk = await openAccessDesk('desk');
  const gateway = await serve(desk);
  const given = await desk.give();
  await desk.applied(given);
  const reached = new Promise<() => void>((resolve) => {
    gateway.replace('desk', (request, response) => {
      request.resume();
      resolve(() => response.end('{"data":{"secret":"secret"}}'));
    });
  });

  const answer = ask(gateway);
  const release = await reached;
  await desk.applied(await desk.revoke(given.grant?.id ?? ''));
  release();

  expect(await answer).toBe('ACCESS_ENDED');
});

test('a change is applied although nobody is told of it', async () => {
  const desk = await openAccessDesk('desk');
  const gateway = await serve(desk);
  await desk.database.run(`
    CREATE OR REPLACE FUNCTION meshgate.announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO meshgate.change (topic, epoch) VALUES (TG_ARGV[0], 1)
        ON CONFLICT (topic) DO UPDATE SET epoch = change.epoch + 1;
      RETURN NULL;
    END $$`);

  expect(await desk.applied(await desk.give())).toBe('1 of 1');
  expect(await ask(gateway)).toEqual(ALLOWED);
});

test('a gateway that cannot ask the database uses grants for a second only, and again afterwards', async () => {
  const desk = await openAccessDesk('desk');
  const role = await desk.database.createRole('gateway');
  await desk.database.run(`
    GRANT USAGE ON SCHEMA meshgate TO ${role};
    GRANT ALL ON ALL TABLES IN SCHEMA meshgate TO ${role}`);
  const url = desk.database.urlFor(role);
  const gateway = await serve(desk, { DATABASE_URL: url, GRANTS_TRUSTED_SECONDS: '1' });
  await desk.applied(await desk.give());
  expect(await ask(gateway)).toEqual(ALLOWED);

  await desk.database.run(`
    ALTER ROLE ${role} NOLOGIN;
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`);
  await expect.poll(() => ask(gateway), { timeout: 5000, interval: 10 }).toEqual(REFUSED);
  await desk.database.run(`ALTER ROLE ${role} LOGIN`);
  await expect.poll(() => ask(gateway), { timeout: 5000, interval: 10 }).toEqual(ALLOWED);
});

test('a gateway that may not write uses no grants, because nobody would wait for it, and says so once', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const desk = await openAccessDesk('desk');
  const role = await desk.database.createRole('reader');
  await desk.database.run(`
    GRANT USAGE ON SCHEMA meshgate TO ${role};
    GRANT SELECT ON ALL TABLES IN SCHEMA meshgate TO ${role}`);
  await desk.give();
  const gateway = await serve(desk, {
    DATABASE_URL: desk.database.urlFor(role),
    LOG_LEVEL: 'info',
    LOG_FILE: `${folder.path}/log`,
  });
  const countLooks = async () => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(/gateway_control_looks_total\{outcome="done"\} (\d+)/.exec(text)?.[1] ?? 0);
  };

  expect(await ask(gateway)).toEqual(REFUSED);
  expect(await ask(gateway, '{ open }')).toEqual({ open: 'open' });
  await expect.poll(countLooks, { timeout: 5000 }).toBeGreaterThan(2);
  const log = await readFile(`${folder.path}/log`, 'utf8');
  expect(log.match(/this gateway cannot say that it runs/g)).toHaveLength(1);
});

test('an emergency opens at once, and every gateway tells those who run it, once', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const desk = await openAccessDesk('desk');
  const gateway = await serve(desk, { LOG_LEVEL: 'warn', LOG_FILE: `${folder.path}/log` });

  const taken = await desk.breakGlass();
  expect(await desk.applied(taken)).toBe('1 of 1');
  expect(await ask(gateway)).toEqual(ALLOWED);
  await desk.applied(await desk.give({ subject: 'eve' }));
  await gateway.close();

  const lines = (await readFile(`${folder.path}/log`, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      msg: 'access was taken in an emergency: review it',
      grant: taken.grant?.id,
      request: taken.request.id,
      product: 'desk',
    }),
  ]);
});

test('a gateway that has closed is not waited for', async () => {
  const desk = await openAccessDesk('desk');
  const gateways = [await serve(desk), await serve(desk)];

  await gateways[0]?.close();

  expect(await desk.applied(await desk.give())).toBe('1 of 1');
});

test('what a grant has opened is kept for nobody whose grant has ended, and for nobody else', async () => {
  const desk = await openAccessDesk('desk');
  const gateway = await serve(desk);
  let calls = 0;
  gateway.replace('desk', (request, response) => {
    request.resume();
    calls += 1;
    response.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'public, max-age=600',
    });
    response.end(JSON.stringify({ data: { open: 'open', secret: 'secret' } }));
  });
  const query = '{ open secret }';
  const given = await desk.give({ coordinates: ['Query.secret'] });
  await desk.applied(given);
  calls = 0;

  const during = [await ask(gateway, query), await ask(gateway, query), await ask(gateway, query)];
  const callsDuring = calls;
  const eve = await ask(gateway, query, { sub: 'eve' });
  await desk.applied(await desk.revoke(given.grant?.id ?? ''));
  const after = await ask(gateway, query);

  expect(during).toEqual(Array(3).fill({ open: 'open', secret: 'secret' }));
  expect(callsDuring).toBe(1);
  expect([eve, after]).toEqual(Array(2).fill({ open: 'open', secret: null }));
});

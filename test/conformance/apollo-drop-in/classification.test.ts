import { expect, test } from 'vitest';
import { MeshgateGateway, type MeshgateOptions } from '../../../gateway/apollo/meshgate-gateway.ts';
import {
  CLASSIFICATION,
  classifiedFederation,
  SECRETS,
} from '../../support/classified-federation.ts';
import { QUIET, serveApollo } from '../../support/serve-apollo.ts';
import { serveSubgraphs } from '../../support/serve-subgraphs.ts';

/** Whoever sends a header of roles has them. */
const rights: NonNullable<MeshgateOptions['rights']> = (context) => {
  const { headers } = context as unknown as { readonly headers: Readonly<Record<string, string>> };
  return {
    authenticated: true,
    scopes: new Set<string>(),
    policies: new Set<string>(),
    roles: new Set((headers['x-roles'] ?? '').split(' ')),
    purpose: headers['x-purpose'] ?? null,
  };
};

async function serve(classification: NonNullable<MeshgateOptions['classification']>) {
  const { supergraphSdl } = await serveSubgraphs(classifiedFederation);
  const gateway = new MeshgateGateway({ supergraphSdl, logger: QUIET, rights, classification });
  const { post } = await serveApollo(gateway);
  return (query: string, headers: Readonly<Record<string, string>> = {}, variables = {}) =>
    post(query, variables, headers);
}

const SUPPORT = { 'x-roles': 'support' };
const RULED = { rules: CLASSIFICATION, maskSecret: 'secret' };

test('a supergraph with marks is refused where nothing is said of them, and the message says what to do', async () => {
  const { supergraphSdl } = await serveSubgraphs(classifiedFederation);
  const gateway = new MeshgateGateway({ supergraphSdl, logger: QUIET, rights });

  await expect(gateway.load()).rejects.toThrow(
    /expected the option classification, because the supergraph marks \S+ with @tag\(name: "pii"\)/,
  );
});

test('a supergraph whose tags mark nothing is served without a word of them', async () => {
  const sdl = 'type Query { open: String @tag(name: "public-api") }';
  const resolvers = { Query: { open: () => 'open' } };
  const { supergraphSdl } = await serveSubgraphs([{ name: 'desk', sdl, resolvers }]);
  const { post } = await serveApollo(new MeshgateGateway({ supergraphSdl, logger: QUIET }));

  expect((await post('{ open }')).body).toEqual({ data: { open: 'open' } });
});

test('rules that are not valid are refused at once', () => {
  expect(() => new MeshgateGateway({ classification: { rules: 'version: 1' } })).toThrow(
    'The classification rules in the option classification are not valid:',
  );
});

test('callers see what the rules leave: as it is, masked, hashed by purpose, or nothing', async () => {
  const ask = await serve(RULED);
  const query = '{ account(id: "a1") { id email born } }';
  const seen = async (headers: Readonly<Record<string, string>>) =>
    (await ask(query, headers)).body.data;

  expect(await seen({ 'x-roles': 'steward' })).toEqual({
    account: { id: 'a1', email: 'ada@acme.example', born: '1815-12-10' },
  });
  expect(await seen(SUPPORT)).toEqual({ account: { id: 'a1', email: 'a***', born: '1815-12-01' } });
  expect(await seen({})).toEqual({ account: { id: 'a1', email: null, born: null } });
  expect(await seen({ 'x-purpose': 'research' })).toEqual({
    account: { id: 'a1', email: expect.stringMatching(/^[\w-]{20,}$/), born: '1815-12-01' },
  });
});

test('what is masked is told by no error of a subgraph and found by no input', async () => {
  const ask = await serve(RULED);
  const filtered = 'query ($filter: AccountFilter) { accounts(filter: $filter) { id } }';

  const broken = await ask('{ broken { id } account(id: "a1") { email } }', SUPPORT);
  const literal = await ask('{ accountByEmail(email: "ada@acme.example") { id } }', SUPPORT);
  const given = await ask(filtered, SUPPORT, { filter: { income: { min: 1 } } });

  for (const { text } of [broken, literal, given]) {
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  }
  expect(broken.body.errors).toHaveLength(1);
  expect(literal.body.data).toBeNull();
  expect(given.body.errors?.map(({ extensions }) => extensions.code)).toEqual([
    'CLASSIFIED_INPUT_REFUSED',
  ]);
  expect(given.body.data).toBeUndefined();
});

test('where that is said, all is answered as it is', async () => {
  const ask = await serve('none');

  const { body } = await ask('{ account(id: "a1") { email } }');

  expect(body).toEqual({ data: { account: { email: 'ada@acme.example' } } });
});

test('rules by time hold as the clock says', async () => {
  const inForce = (during: string) => ({
    rules: CLASSIFICATION.replace(
      'rules:\n',
      `rules:\n  - { name: timed, during: [${during}], effect: allow }\n`,
    ),
  });
  const readEmail = async (during: string) =>
    (await (await serve(inForce(during)))('{ account(id: "a1") { email } }', SUPPORT)).body.data;

  expect(await readEmail('{ since: 2020-01-01, zone: UTC }')).toEqual({
    account: { email: 'ada@acme.example' },
  });
  expect(await readEmail('{ until: 2020-01-01, zone: UTC }')).toEqual({
    account: { email: 'a***' },
  });
});

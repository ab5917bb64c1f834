import { ApolloGateway } from '@apollo/gateway';
import { expect, test } from 'vitest';
import { MeshgateGateway } from '../../../gateway/apollo/meshgate-gateway.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { QUIET, serveApollo } from '../../support/serve-apollo.ts';
import { serveSubgraphs } from '../../support/serve-subgraphs.ts';

const staff: FixtureSubgraph = {
  name: 'staff',
  sdl: `
    type Query { people: [Person!]! }
    type Person @key(fields: "id") {
      id: ID!
      name: String
      mail: String @authenticated
      salary: Int @requiresScopes(scopes: [["payroll"]])
    }
  `,
  resolvers: {
    Query: { people: () => [{ id: 'p1', name: 'Ada', mail: 'ada@example.com', salary: 7 }] },
    Person: { __resolveReference: ({ id }: { id: string }) => ({ id }) },
  },
};

const SUBGRAPHS = [staff];
const QUERY = '{ people { name mail salary } }';

const refused = (field: string) => ({
  message: 'Unauthorized field or type',
  path: ['people', '@', field],
  extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
});

/** Whoever sends a scope header is somebody. */
const rights = (context: Record<string, unknown>) => {
  const { headers } = context as { readonly headers: Readonly<Record<string, string>> };
  const scopes = headers['x-scopes'];
  return {
    authenticated: scopes !== undefined,
    scopes: new Set(scopes?.split(' ')),
    policies: new Set<string>(),
  };
};

test('the stock gateway refuses to load what has authorization directives', async () => {
  const { supergraphSdl } = await serveSubgraphs(SUBGRAPHS);
  const gateway = new ApolloGateway({ supergraphSdl, logger: QUIET });

  await expect(gateway.load()).rejects.toThrow('is for: SECURITY but is unsupported');
});

test('without a word about rights, what is protected is shown to nobody and never asked', async () => {
  const { supergraphSdl, received } = await serveSubgraphs(SUBGRAPHS);
  const { post } = await serveApollo(new MeshgateGateway({ supergraphSdl, logger: QUIET }));

  const { body } = await post(QUERY, {}, { 'x-scopes': 'payroll' });

  expect(body).toEqual({
    data: { people: [{ name: 'Ada', mail: null, salary: null }] },
    errors: [refused('mail'), refused('salary')],
  });
  expect(received.map(({ query }) => query)).toEqual(['{people{name}}']);
});

test('callers see what their rights reach, each its own', async () => {
  const { supergraphSdl } = await serveSubgraphs(SUBGRAPHS);
  const gateway = new MeshgateGateway({ supergraphSdl, logger: QUIET, rights });
  const { post } = await serveApollo(gateway);
  const headers = [{}, { 'x-scopes': 'mailing' }, { 'x-scopes': 'mailing payroll' }];

  const answers = await Promise.all(headers.map((one) => post(QUERY, {}, one)));

  expect(answers.map(({ body }) => body)).toEqual([
    {
      data: { people: [{ name: 'Ada', mail: null, salary: null }] },
      errors: [refused('mail'), refused('salary')],
    },
    {
      data: { people: [{ name: 'Ada', mail: 'ada@example.com', salary: null }] },
      errors: [refused('salary')],
    },
    { data: { people: [{ name: 'Ada', mail: 'ada@example.com', salary: 7 }] } },
  ]);
});

test('a caller whose rights cannot be told is answered nothing', async () => {
  const { supergraphSdl, received } = await serveSubgraphs(SUBGRAPHS);
  const gateway = new MeshgateGateway({
    supergraphSdl,
    logger: QUIET,
    rights: () => {
      throw new Error('The session store is away.');
    },
  });
  const { post } = await serveApollo(gateway);

  const { status, body } = await post(QUERY);

  expect([status, 'data' in body, body.errors?.length]).toEqual([500, false, 1]);
  expect(received).toEqual([]);
});

test('a document beyond its limits is refused before it is planned', async () => {
  const { supergraphSdl, received } = await serveSubgraphs(SUBGRAPHS);
  const gateway = new MeshgateGateway({ supergraphSdl, logger: QUIET, limits: { depth: 1 } });
  const { post } = await serveApollo(gateway);

  const { body } = await post('{ people { name } }');

  expect(body.errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'DOCUMENT_DEPTH_EXCEEDED', limit: 1 },
  ]);
  expect(received).toEqual([]);
});

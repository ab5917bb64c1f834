import type { RequestListener } from 'node:http';
import { ApolloGateway } from '@apollo/gateway';
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { MeshgateGateway } from '../../../gateway/apollo/meshgate-gateway.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { type ApolloBody, QUIET, serveApollo } from '../../support/serve-apollo.ts';
import { serveSubgraphs } from '../../support/serve-subgraphs.ts';

const people: FixtureSubgraph = {
  name: 'people',
  sdl: `
    type Query {
      people: [Person!]!
      first: Person
      plain: String
      coded: String
      must: String!
      twice(number: Int!): Int
      missing: Person
    }
    type Mutation { add(name: String!): Person }
    type Person @key(fields: "id") { id: ID! name: String! nickname: String! }
  `,
  resolvers: {
    Query: {
      people: () => PEOPLE,
      first: () => PEOPLE[0],
      plain: () => Promise.reject(new Error('The drawer is stuck.')),
      coded: () =>
        Promise.reject(
          new GraphQLError('Not today.', { extensions: { code: 'CLOSED', until: 'Monday' } }),
        ),
      must: () => Promise.reject(new Error('Nothing there.')),
      twice: (_: unknown, { number }: { number: number }) => 2 * number,
      missing: () => null,
    },
    Mutation: { add: () => Promise.reject(new Error('The book is closed.')) },
    Person: {
      __resolveReference: ({ id }: { id: string }) => PEOPLE.find((one) => one.id === id),
      nickname: ({ id }: { id: string }) =>
        id === 'p2' ? Promise.reject(new Error('It is a secret.')) : `N${id}`,
    },
  },
};

const PEOPLE = ['p1', 'p2', 'p3'].map((id) => ({ id, name: `Name of ${id}` }));

const jobs: FixtureSubgraph = {
  name: 'jobs',
  sdl: `
    type Query { opening: String }
    type Person @key(fields: "id") { id: ID! job: String pay: Int! desk: Desk }
    type Desk { floor: Int! room: String }
  `,
  resolvers: {
    Query: { opening: () => 'Cook' },
    Person: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      job: ({ id }: { id: string }) =>
        id === 'p2' ? Promise.reject(new Error('He would not say.')) : `Job of ${id}`,
      pay: ({ id }: { id: string }) =>
        id === 'p3'
          ? Promise.reject(new GraphQLError('Unpaid.', { extensions: { code: 'UNPAID' } }))
          : 7,
      desk: ({ id }: { id: string }) => ({ floor: id === 'p1' ? null : 3, room: 'r' }),
    },
  },
};

const SUBGRAPHS = [people, jobs];

async function serveBoth() {
  const subgraphs = await serveSubgraphs(SUBGRAPHS);
  const { supergraphSdl } = subgraphs;
  return {
    ...subgraphs,
    stock: await serveApollo(new ApolloGateway({ supergraphSdl, logger: QUIET })),
    ours: await serveApollo(new MeshgateGateway({ supergraphSdl, logger: QUIET })),
  };
}

/** What users see and what their code switches on. */
function essence({ status, body }: { readonly status: number; readonly body: ApolloBody }) {
  const { valueCompletion } = (body.extensions ?? {}) as { valueCompletion?: ApolloBody['errors'] };
  return {
    status,
    data: body.data,
    errors: body.errors?.map(({ message, path, extensions }) => ({ message, path, extensions })),
    valueCompletion: valueCompletion?.map(({ path, extensions }) => ({ path, extensions })),
  };
}

const operations = [
  '{ plain coded }',
  '{ must }',
  '{ people { id nickname } }',
  '{ people { id job } }',
  '{ first { id pay } }',
  '{ people { name pay } }',
  '{ first { name desk { floor room } } }',
  '{ missing { id job } opening }',
  'mutation { a: add(name: "x") { id } }',
  'query ($number: Int!) { twice(number: $number) }',
  '{ unknown }',
  '{ people { id } ',
];

test.each(operations)('reports what the stock gateway reports: %s', async (query) => {
  const { stock, ours } = await serveBoth();

  expect(essence(await ours.post(query))).toEqual(essence(await stock.post(query)));
});

test('variables that do not fit are the fault of the client', async () => {
  const { stock, ours } = await serveBoth();
  const query = 'query ($number: Int!) { twice(number: $number) }';

  for (const variables of [{ number: 'two' }, { number: null }, { number: 3 }]) {
    expect(essence(await ours.post(query, variables))).toEqual(
      essence(await stock.post(query, variables)),
    );
  }
});

const answers: Readonly<Record<string, RequestListener>> = {
  'an HTTP error': (_, response) => response.writeHead(500).end('{"oh":"no"}'),
  'an HTTP error with GraphQL': (_, response) =>
    response.writeHead(500, { 'content-type': 'application/json' }).end('{"errors":[]}'),
  'no access': (_, response) =>
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"errors":[]}'),
  'access denied': (_, response) => response.writeHead(403).end('no'),
  'something that is not JSON': (_, response) =>
    response.setHeader('content-type', 'text/html').end('<p>'),
  'broken JSON': (_, response) =>
    response.setHeader('content-type', 'application/json').end('{"data":'),
  'an error that names no place': (_, response) =>
    response
      .setHeader('content-type', 'application/json')
      .end('{"errors":[{"message":"Too busy.","extensions":{"code":"BUSY"}}]}'),
  'an error without words': (_, response) =>
    response.setHeader('content-type', 'application/json').end('{"errors":[{"message":""}]}'),
  'a closed connection': (request) => request.socket.destroy(),
};

test.each(Object.keys(answers))(
  'a subgraph that answers %s is reported as before',
  async (name) => {
    const { stock, ours, replace } = await serveBoth();
    replace('jobs', answers[name] ?? (() => {}));

    for (const query of ['{ opening first { id } }', '{ people { id job } }']) {
      expect(essence(await ours.post(query))).toEqual(essence(await stock.post(query)));
    }
  },
);

const misfits: Readonly<Record<string, unknown>> = {
  'null where none may be': { __typename: 'Person', desk: { floor: null, room: 'r' } },
  'nothing where a value must be': { __typename: 'Person', desk: { room: 'r' } },
  'text where a number must be': { __typename: 'Person', desk: { floor: 'third', room: 'r' } },
};

test.each(Object.keys(misfits))('%s is told beside the data, as before', async (name) => {
  const { stock, ours, replace } = await serveBoth();
  const body = JSON.stringify({ data: { _entities: [misfits[name]] } });
  replace('jobs', (_, response) =>
    response.setHeader('content-type', 'application/json').end(body),
  );
  const query = '{ first { name desk { floor room } } }';

  const expected = essence(await stock.post(query));

  expect(expected.valueCompletion?.length).toBe(1);
  expect(essence(await ours.post(query))).toEqual(expected);
});

test('with several operations and no name, nothing is run and the client is to blame', async () => {
  const { ours, received } = await serveBoth();

  const { status, body } = await ours.post('query A { opening } query B { opening }');

  expect([status, body.errors?.map(({ extensions }) => extensions.code)]).toEqual([
    400,
    ['OPERATION_RESOLUTION_FAILURE'],
  ]);
  expect(received).toEqual([]);
});

test('a list of the wrong length is said to be one', async () => {
  const { ours, replace } = await serveBoth();
  replace('jobs', (_, response) =>
    response.setHeader('content-type', 'application/json').end('{"data":{"_entities":[]}}'),
  );

  const { body } = await ours.post('{ people { id job } }');

  expect(body.data).toEqual({ people: PEOPLE.map(({ id }) => ({ id, job: null })) });
  expect(body.errors).toEqual([
    {
      message:
        'The data product "jobs" answered without the data that was asked for and without an error.',
      path: ['people'],
      extensions: { code: 'SUBGRAPH_RESPONSE_INVALID', serviceName: 'jobs' },
    },
  ]);
});

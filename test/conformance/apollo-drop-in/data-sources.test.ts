import { setImmediate } from 'node:timers/promises';
import {
  ApolloGateway,
  type GatewayConfig,
  type GraphQLDataSource,
  LocalGraphQLDataSource,
  RemoteGraphQLDataSource,
} from '@apollo/gateway';
import { expect, test } from 'vitest';
import { MeshgateGateway } from '../../../gateway/apollo/meshgate-gateway.ts';
import { createFederation, type FixtureSubgraph } from '../../support/federation-fixture.ts';
import { QUIET, serveApollo } from '../../support/serve-apollo.ts';
import { serveSubgraphs } from '../../support/serve-subgraphs.ts';

const shop: FixtureSubgraph = {
  name: 'shop',
  sdl: `
    scalar Upload
    type Query { items: [Item!]! top: Item count(from: Int = 1): Int }
    type Mutation { first: Int second: Int third: Item keep(file: Upload!): String }
    type Item @key(fields: "id") { id: ID! name: String }
  `,
  resolvers: {
    Query: {
      items: () => ITEMS,
      top: () => ITEMS[0],
      count: (_: unknown, { from }: { from: number }) => ITEMS.length - from,
    },
    Mutation: { first: () => 1, second: () => 2, third: () => ITEMS[1], keep: () => 'kept' },
    Item: { __resolveReference: ({ id }: { id: string }) => ITEMS.find((one) => one.id === id) },
  },
};

const ITEMS = ['i1', 'i2', 'i3'].map((id) => ({ id, name: `Name of ${id}` }));

const prices: FixtureSubgraph = {
  name: 'prices',
  sdl: `
    type Query { currency: String }
    type Item @key(fields: "id") { id: ID! price: Int maker: Maker }
    type Maker @key(fields: "code") { code: ID! }
  `,
  resolvers: {
    Query: { currency: () => 'EUR' },
    Item: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      price: ({ id }: { id: string }) => Number(id.at(1)),
      maker: ({ id }: { id: string }) => ({ code: `m-${id}` }),
    },
    Maker: { __resolveReference: (maker: unknown) => maker },
  },
};

const makers: FixtureSubgraph = {
  name: 'makers',
  sdl: `
    type Query { makerCount: Int }
    type Maker @key(fields: "code") { code: ID! city: String }
  `,
  resolvers: {
    Query: { makerCount: () => 3 },
    Maker: {
      __resolveReference: ({ code }: { code: string }) => ({ code }),
      city: ({ code }: { code: string }) => `City of ${code}`,
    },
  },
};

const SUBGRAPHS = [shop, prices, makers];

type Gateway = ApolloGateway;
const KINDS: readonly (readonly [string, new (config: GatewayConfig) => Gateway])[] = [
  ['stock', ApolloGateway],
  ['meshgate', MeshgateGateway],
];

/** Serves each kind of gateway with data sources that write down what happens to them. */
async function serveEach<Noted>(
  build: (note: (what: Noted) => void) => GatewayConfig['buildService'],
) {
  const subgraphs = await serveSubgraphs(SUBGRAPHS);
  const servers = [];
  for (const [name, Kind] of KINDS) {
    const noted: Noted[] = [];
    const buildService = build((what) => noted.push(what));
    const gateway = new Kind({
      supergraphSdl: subgraphs.supergraphSdl,
      logger: QUIET,
      ...(buildService === undefined ? {} : { buildService }),
    });
    servers.push({ name, noted, server: await serveApollo(gateway) });
  }
  const [stock, ours] = servers;
  if (stock === undefined || ours === undefined) throw new Error('two are served');
  return { ...subgraphs, stock, ours };
}

interface Context {
  readonly headers: Readonly<Record<string, string>>;
}

const QUERY = '{ items { name price maker { city } } count }';

test('hooks are called as often, in the same places and with the same facts', async () => {
  const { stock, ours } = await serveEach<unknown>((note) => ({ name, url = '' }) => {
    return new RemoteGraphQLDataSource<Context>({
      url,
      willSendRequest(options) {
        const { kind, request, context } = options;
        note({
          hook: 'will send',
          name,
          kind,
          variables: JSON.parse(JSON.stringify(request.variables)),
          method: request.http?.method,
          url: request.http?.url,
          tenant: context.headers?.['x-tenant'],
          ...('incomingRequestContext' in options
            ? {
                incoming: options.incomingRequestContext.request.query,
                operation: options.incomingRequestContext.operation.operation,
                path: options.pathInIncomingRequest,
              }
            : {}),
        });
      },
      didReceiveResponse({ request, response, context, pathInIncomingRequest }) {
        note({
          hook: 'did receive',
          name,
          data: JSON.parse(JSON.stringify(response.data)),
          status: response.http?.status,
          header: response.http?.headers.get('content-type'),
          variables: JSON.parse(JSON.stringify(request.variables)),
          tenant: context.headers['x-tenant'],
          path: pathInIncomingRequest,
        });
        return response;
      },
    });
  });

  const expected = await stock.server.post(QUERY, {}, { 'x-tenant': 'acme' });
  const answer = await ours.server.post(QUERY, {}, { 'x-tenant': 'acme' });

  expect(answer.text).toBe(expected.text);
  expect(stock.noted.length).toBe(6);
  expect(ours.noted).toEqual(stock.noted);
});

test('a data source may change what is sent and what came back', async () => {
  const { stock, ours, received } = await serveEach(() => ({ name, url = '' }) => {
    return new RemoteGraphQLDataSource<Context>({
      url,
      willSendRequest({ request, context }) {
        request.http?.headers.set('authorization', context.headers?.authorization ?? '');
        request.http?.headers.set('x-subgraph', name);
        request.extensions = { from: 'the gateway' };
      },
      didReceiveResponse({ response }) {
        if (response.data?.count !== undefined) response.data.count += 100;
        return response;
      },
    });
  });

  for (const { server } of [stock, ours]) {
    received.length = 0;
    const { body } = await server.post('{ count }', {}, { authorization: 'Bearer ada' });

    expect(body).toEqual({ data: { count: 102 } });
    expect(received.map(({ headers }) => [headers.authorization, headers['x-subgraph']])).toEqual([
      ['Bearer ada', 'shop'],
    ]);
  }
});

test('an error that a hook answers is no error, and one that it throws is its own', async () => {
  class Refused extends Error {}
  const { stock, ours, replace } = await serveEach<unknown>((note) => ({ name, url = '' }) => {
    return new RemoteGraphQLDataSource<Context>({
      url,
      didEncounterError(error, request, response, context) {
        note([name, error.message, request.url, response?.status, context?.headers['x-tenant']]);
        throw new Refused(`${name} is off.`, { cause: error });
      },
    });
  });
  replace('prices', (_, response) => response.writeHead(503).end());

  const expected = await stock.server.post(QUERY, {}, { 'x-tenant': 'acme' });
  const answer = await ours.server.post(QUERY, {}, { 'x-tenant': 'acme' });

  expect(answer.body).toEqual(expected.body);
  expect(answer.body.errors?.map(({ message }) => message)).toEqual(['prices is off.']);
  expect(ours.noted).toEqual(stock.noted);
});

test('a data source of any class is asked, with the document and everything else it may need', async () => {
  class Fixed implements GraphQLDataSource {
    readonly #note: (what: unknown) => void;
    readonly #name: string;

    constructor(name: string, note: (what: unknown) => void) {
      this.#name = name;
      this.#note = note;
    }

    async process(options: Parameters<GraphQLDataSource['process']>[0]) {
      const { kind, context, request } = options;
      this.#note([this.#name, kind, context, request.variables]);
      return { data: { count: 7 } };
    }
  }
  const { stock, ours } = await serveEach<unknown>(
    (note) =>
      ({ name }) =>
        new Fixed(name, note),
  );

  for (const { server } of [stock, ours]) {
    expect((await server.post('query ($n: Int) { count(from: $n) }', { n: 4 })).body).toEqual({
      data: { count: 7 },
    });
  }
  expect(ours.noted.length).toBe(1);
  expect(ours.noted).toMatchObject([['shop', 'incoming operation', {}, { n: 4 }]]);
});

test('subgraphs in the same process are asked without HTTP and share the context value', async () => {
  const { schemas, supergraphSdl } = createFederation(SUBGRAPHS);
  const contexts: unknown[] = [];
  class Watching extends LocalGraphQLDataSource<Record<string, unknown>> {
    override process(options: Parameters<LocalGraphQLDataSource['process']>[0]) {
      contexts.push(options.context);
      return super.process(options);
    }
  }
  const config: GatewayConfig = {
    supergraphSdl,
    buildService: ({ name }) => new Watching(schemas.get(name) as never),
  };
  const stock = await serveApollo(new ApolloGateway(config));
  const ours = await serveApollo(new MeshgateGateway(config));

  const expected = await stock.post(QUERY);
  contexts.length = 0;

  expect((await ours.post(QUERY)).text).toBe(expected.text);
  expect(contexts.length).toBe(3);
  expect(new Set(contexts).size).toBe(1);
});

test('requests that run at the same time never carry the token of another', async () => {
  const { ours, received } = await serveEach(() => ({ url = '' }) => {
    return new RemoteGraphQLDataSource<Context>({
      url,
      async willSendRequest({ request, context }) {
        // Others get their turn between the look at the context and the sending.
        await setImmediate();
        request.http?.headers.set('authorization', context.headers?.authorization ?? '');
        request.http?.headers.set('x-request', context.headers?.['x-request'] ?? '');
      },
    });
  });
  const people = Array.from({ length: 40 }, (_, index) => `person-${index}`);

  const answers = await Promise.all(
    people.map((person) =>
      ours.server.post(QUERY, {}, { authorization: `Bearer ${person}`, 'x-request': person }),
    ),
  );

  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  const sent = received.map(({ subgraph, headers }) => [
    subgraph,
    headers['x-request'],
    headers.authorization,
  ]);
  const wanted = people.flatMap((person) =>
    ['shop', 'prices', 'makers'].map((subgraph) => [subgraph, person, `Bearer ${person}`]),
  );
  expect(sent.toSorted()).toEqual(wanted.toSorted());
});

test('the cache policy of an answer is the strictest of those of its subgraphs', async () => {
  const { stock, ours, replace } = await serveEach(() => undefined);
  const answerWith = (data: unknown, cacheControl: string | null) => {
    replace('shop', (_, response) => {
      response.setHeader('content-type', 'application/json');
      if (cacheControl !== null) response.setHeader('cache-control', cacheControl);
      response.end(JSON.stringify({ data }));
    });
  };
  const policies = ['max-age=60, public', 'max-age=30, private', 'no-store', null];
  const seen: (readonly (string | null)[])[] = [];

  for (const policy of policies) {
    answerWith({ count: 1 }, policy);
    const headers = [];
    for (const { server } of [stock, ours]) {
      headers.push((await server.post('{ count }')).headers.get('cache-control'));
    }
    seen.push(headers);
  }

  expect(seen).toEqual([
    ['max-age=60, public', 'max-age=60, public'],
    ['max-age=30, private', 'max-age=30, private'],
    ['no-store', 'no-store'],
    ['no-store', 'no-store'],
  ]);
});

test('the fields of a mutation run in their order, and what hangs on one before the next', async () => {
  const { stock, ours, received } = await serveEach(() => undefined);
  const query = 'mutation { second third { price } first }';

  const expected = await stock.server.post(query);
  const before = received.map(({ subgraph, variables }) => [subgraph, variables]);
  received.length = 0;
  const answer = await ours.server.post(query);

  expect(answer.text).toBe(expected.text);
  expect(received.map(({ subgraph, variables }) => [subgraph, variables])).toEqual(before);
});

test('a data source gets the very values of the variables, as uploads need', async () => {
  const file = Promise.resolve({ filename: 'a.csv' });
  const got: unknown[] = [];
  const { supergraphSdl } = createFederation(SUBGRAPHS);
  const { server } = await serveApollo(
    new MeshgateGateway({
      supergraphSdl,
      buildService: () => ({
        async process({ request }) {
          got.push(request.variables?.file);
          return { data: { keep: 'kept' } };
        },
      }),
    }),
  );

  const { body } = await server.executeOperation({
    query: 'mutation ($file: Upload!) { keep(file: $file) }',
    variables: { file },
  });

  expect(body).toMatchObject({ singleResult: { data: { keep: 'kept' } } });
  expect(got[0]).toBe(file);
});

import {
  ApolloGateway,
  type GatewayConfig,
  IntrospectAndCompose,
  type SupergraphSdlHook,
} from '@apollo/gateway';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { expect, test } from 'vitest';
import { MeshgateGateway } from '../../../gateway/apollo/meshgate-gateway.ts';
import { composeSupergraph } from '../../../gateway/control/composition/compose-supergraph.ts';
import { FEDERATION } from '../../support/federation-fixture.ts';
import { QUIET, serveApollo } from '../../support/serve-apollo.ts';
import { serveHttp } from '../../support/token-issuer.ts';

const OLD = 'type Query { greeting: String }';
const NEW = 'type Query { greeting: String farewell: String }';

/** A subgraph whose schema can be replaced while it runs, as a deployment does. */
async function serveChangingSubgraph() {
  const schemaOf = (sdl: string) => buildSubgraphSchema([{ typeDefs: parse(FEDERATION + sdl) }]);
  let schema = schemaOf(OLD);
  const origin = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const { query } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const rootValue = { greeting: 'Hello', farewell: 'Bye' };
      const result = await graphql({ schema, source: query, rootValue });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
    });
  });
  return {
    url: `${origin}/graphql`,
    deploy: (sdl: string) => {
      schema = schemaOf(sdl);
    },
  };
}

function compose(url: string, sdl: string): string {
  const composed = composeSupergraph([{ name: 'notes', url, sdl: FEDERATION + sdl }]);
  if (!composed.ok) throw new Error(JSON.stringify(composed.errors));
  return composed.supergraphSdl;
}

/** Something to wait for that the test gives. */
function createSignal() {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

/** A gateway whose supergraph the test changes, as a manager does. */
function createManagedGateway(first: string, more: Omit<GatewayConfig, 'supergraphSdl'> = {}) {
  let change: Parameters<SupergraphSdlHook>[0]['update'] | null = null;
  let cleanups = 0;
  const gateway = new MeshgateGateway({
    ...more,
    logger: QUIET,
    supergraphSdl: async ({ update }) => {
      change = update;
      return {
        supergraphSdl: first,
        cleanup: async () => {
          cleanups += 1;
        },
      };
    },
  });
  return {
    gateway,
    update: (sdl: string) => change?.(sdl),
    cleanups: () => cleanups,
  };
}

test('a schema that a subgraph deploys is picked up by polling, and no more after the stop', async () => {
  const subgraph = await serveChangingSubgraph();
  const manager = new IntrospectAndCompose({
    subgraphs: [{ name: 'notes', url: subgraph.url }],
    pollIntervalInMs: 20,
    subgraphHealthCheck: true,
  });
  const gateway = new MeshgateGateway({ logger: QUIET, supergraphSdl: manager });
  const { server, post } = await serveApollo(gateway);
  expect((await post('{ greeting }')).body).toEqual({ data: { greeting: 'Hello' } });
  expect((await post('{ farewell }')).status).toBe(400);
  const updated = new Promise<string>((resolve) => {
    const stopListening = gateway.onSchemaLoadOrUpdate(({ coreSupergraphSdl }) => {
      if (coreSupergraphSdl.includes('farewell')) {
        stopListening();
        resolve(coreSupergraphSdl);
      }
    });
  });

  subgraph.deploy(NEW);
  await updated;

  expect((await post('{ farewell greeting }')).body).toEqual({
    data: { farewell: 'Bye', greeting: 'Hello' },
  });
  await server.stop();
  expect([Reflect.get(manager, 'state'), Reflect.get(manager, 'timerRef')]).toEqual([
    { phase: 'stopped' },
    null,
  ]);
});

test('a supergraph that cannot be used is refused to its manager, and the one before stays', async () => {
  const { url, deploy } = await serveChangingSubgraph();
  const { gateway, update } = createManagedGateway(compose(url, OLD));
  const { post } = await serveApollo(gateway);

  expect(() => update('type Query { broken')).toThrow(/Syntax Error/);
  expect(() => update(compose(url, OLD).replace('v0.5', 'v9.9'))).toThrow(/v9.9/);

  expect((await post('{ greeting }')).body).toEqual({ data: { greeting: 'Hello' } });
  deploy(NEW);
  update(compose(url, NEW));
  expect((await post('{ farewell }')).body).toEqual({ data: { farewell: 'Bye' } });
});

test('a supergraph that cannot be used at the start stops the start', async () => {
  const gateway = new MeshgateGateway({ supergraphSdl: 'type Query { broken', logger: QUIET });

  await expect(gateway.load()).rejects.toThrow(/Syntax Error/);
});

test('a request under way ends with the supergraph that it began with', async () => {
  const { url } = await serveChangingSubgraph();
  const paused = createSignal();
  const reached = createSignal();
  const { gateway, update } = createManagedGateway(compose(url, NEW), {
    buildService: () => ({
      async process() {
        reached.give();
        await paused.given;
        return { data: { farewell: 'Bye' } };
      },
    }),
  });
  const { post } = await serveApollo(gateway);

  const answer = post('{ farewell }');
  await reached.given;
  update(compose(url, OLD));
  paused.give();

  expect((await answer).body).toEqual({ data: { farewell: 'Bye' } });
  expect((await post('{ farewell }')).status).toBe(400);
});

test('a stop waits for the requests under way and cleans up once', async () => {
  const { url } = await serveChangingSubgraph();
  const paused = createSignal();
  const reached = createSignal();
  const { gateway, cleanups } = createManagedGateway(compose(url, OLD), {
    buildService: () => ({
      async process() {
        reached.give();
        await paused.given;
        return { data: { greeting: 'Late' } };
      },
    }),
  });
  const { server, post } = await serveApollo(gateway);

  const answer = post('{ greeting }');
  await reached.given;
  const stopped = server.stop();
  paused.give();

  expect((await answer).body).toEqual({ data: { greeting: 'Late' } });
  await stopped;
  expect(cleanups()).toBe(1);
});

test('a request that takes longer than it may is answered with what is there', async () => {
  const { url } = await serveChangingSubgraph();
  const gateway = new MeshgateGateway({
    supergraphSdl: compose(url, OLD),
    requestTimeoutMs: 20,
    buildService: () => ({ process: () => new Promise(() => {}) }),
  });
  const { post } = await serveApollo(gateway);

  const { data, errors } = (await post('{ greeting }')).body;

  expect(data).toEqual({ greeting: null });
  expect(errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'SUBGRAPH_TIMEOUT', serviceName: 'notes' },
  ]);
});

test('those who watch plans, supergraphs and errors hear what they heard before', async () => {
  const { url } = await serveChangingSubgraph();
  const watch = async (Kind: typeof ApolloGateway) => {
    const heard: unknown[] = [];
    const gateway = new Kind({
      supergraphSdl: compose(url, OLD),
      buildService: () => ({
        process: async () => ({ data: { greeting: null }, errors: [{ message: 'No.' }] }),
      }),
      experimental_didResolveQueryPlan({
        queryPlan,
        serviceMap,
        operationContext,
        requestContext,
      }) {
        heard.push([
          queryPlan.kind,
          queryPlan.node?.kind,
          Object.keys(serviceMap),
          operationContext.operation.operation,
          requestContext.source,
        ]);
      },
      experimental_didUpdateSupergraph(current, previous) {
        heard.push([Object.keys(current), previous]);
      },
    });
    gateway.onSchemaLoadOrUpdate(({ apiSchema }) => heard.push(apiSchema.getQueryType()?.name));
    const { post } = await serveApollo(gateway, {
      plugins: [
        {
          requestDidStart: async () => ({
            didEncounterErrors: async ({ errors }) => {
              heard.push(errors.map(({ message, extensions }) => [message, extensions]));
            },
            willSendResponse: async ({ metrics }) => {
              heard.push(metrics.nonFtv1ErrorPaths);
            },
          }),
        },
      ],
      formatError: (formatted, error) => {
        heard.push((error as { originalError?: unknown }).originalError);
        return { ...formatted, message: 'masked' };
      },
    });
    const { body } = await post('{ greeting }');
    return [...heard, body];
  };

  expect(await watch(MeshgateGateway)).toEqual(await watch(ApolloGateway));
});

test('a client may ask for the plan by a header, where that is not switched off', async () => {
  const { url } = await serveChangingSubgraph();
  const supergraphSdl = compose(url, OLD);
  const ask = async (gateway: ApolloGateway) => {
    const { post } = await serveApollo(gateway);
    const { body } = await post('{ greeting }', {}, { 'apollo-query-plan-experimental': '1' });
    return body.extensions;
  };

  expect(await ask(new MeshgateGateway({ supergraphSdl }))).toEqual(
    await ask(new ApolloGateway({ supergraphSdl })),
  );
  expect(
    await ask(new MeshgateGateway({ supergraphSdl, __exposeQueryPlanExperimental: false })),
  ).toBeUndefined();
});

test('nothing phones home, and the switch is as before when the gateway is made', async () => {
  const { APOLLO_TELEMETRY_DISABLED: before } = process.env;
  const tried: unknown[] = [];

  for (const chosen of ['false', undefined]) {
    if (chosen === undefined) delete process.env.APOLLO_TELEMETRY_DISABLED;
    else process.env.APOLLO_TELEMETRY_DISABLED = chosen;
    const gateway = new MeshgateGateway({ supergraphSdl: compose('http://127.0.0.1:1', OLD) });
    // The base class keeps here how to stop what sends.
    const senders: unknown = Reflect.get(gateway, 'toDispose');
    tried.push([senders, process.env.APOLLO_TELEMETRY_DISABLED]);
  }
  process.env.APOLLO_TELEMETRY_DISABLED = before;

  expect(tried).toEqual([
    [[], 'false'],
    [[], undefined],
  ]);
});

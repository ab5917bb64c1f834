import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApolloGateway, IntrospectAndCompose } from '@apollo/gateway';
import { expect, onTestFinished, test } from 'vitest';
import { MeshgateGateway } from '../../../gateway/apollo/meshgate-gateway.ts';
import {
  ABSTRACT_TYPE_OPERATIONS,
  ABSTRACT_TYPES,
  variablesFor,
} from '../../support/abstract-types.ts';
import { QUIET, serveApollo } from '../../support/serve-apollo.ts';
import { serveSubgraphs } from '../../support/serve-subgraphs.ts';
import { writeFolder } from '../../support/write-folder.ts';

/** The same subgraphs behind both gateways, and the supergraph as a file. */
async function serveBoth() {
  const subgraphs = await serveSubgraphs(ABSTRACT_TYPES);
  const folder = await writeFolder({ 'supergraph.graphql': subgraphs.supergraphSdl });
  onTestFinished(() => folder.remove());
  const supergraphSdl = await readFile(join(folder.path, 'supergraph.graphql'), 'utf8');
  const introspecting = () =>
    new IntrospectAndCompose({
      subgraphs: subgraphs.sources.map(({ name, url }) => ({ name, url })),
    });
  return {
    ...subgraphs,
    stock: await serveApollo(new ApolloGateway({ supergraphSdl, logger: QUIET })),
    fromFile: await serveApollo(new MeshgateGateway({ supergraphSdl, logger: QUIET })),
    fromIntrospection: await serveApollo(
      new MeshgateGateway({ supergraphSdl: introspecting(), logger: QUIET }),
    ),
  };
}

test('every operation over abstract types is answered byte for byte as before', async () => {
  const { stock, fromFile, fromIntrospection } = await serveBoth();

  for (const query of ABSTRACT_TYPE_OPERATIONS) {
    for (const variables of variablesFor(query)) {
      const expected = await stock.post(query, variables);

      expect(expected.body.errors).toBeUndefined();
      expect((await fromFile.post(query, variables)).text).toBe(expected.text);
      expect((await fromIntrospection.post(query, variables)).text).toBe(expected.text);
    }
  }
});

test('introspection is answered byte for byte as before', async () => {
  const { stock, fromFile } = await serveBoth();
  const query = '{ __typename __schema { types { name kind fields { name args { name } } } } }';

  expect((await fromFile.post(query)).text).toBe((await stock.post(query)).text);
});

test('subgraphs get no more calls than before, and never an entity twice in one call', async () => {
  const { stock, fromFile, received } = await serveBoth();
  const callsFor = async (server: typeof stock, query: string) => {
    received.length = 0;
    await server.post(query, { id: 'b1', x: true });
    return received.map(({ subgraph, variables }) => ({ subgraph, ...variables }));
  };

  for (const query of ABSTRACT_TYPE_OPERATIONS) {
    const before = await callsFor(stock, query);
    const now = await callsFor(fromFile, query);

    expect(now.length).toBeLessThanOrEqual(before.length);
    for (const call of now) {
      const texts = ((call as { representations?: unknown[] }).representations ?? []).map((one) =>
        JSON.stringify(one),
      );
      expect(new Set(texts).size).toBe(texts.length);
    }
  }
});

test('of several operations the named one is run', async () => {
  const { stock, fromFile } = await serveBoth();
  const query = 'query First { carrier } query Second { media { id } }';

  for (const operationName of ['First', 'Second']) {
    const expected = await stock.post(query, {}, {}, operationName);

    expect((await fromFile.post(query, {}, {}, operationName)).text).toBe(expected.text);
  }
});

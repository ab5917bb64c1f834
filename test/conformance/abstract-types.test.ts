import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import { expect, test } from 'vitest';
import {
  ABSTRACT_TYPE_OPERATIONS,
  ABSTRACT_TYPES,
  variablesFor,
} from '../support/abstract-types.ts';
import { createFederation } from '../support/federation-fixture.ts';

/** The reference gateway answers the same operations from the same subgraphs. */
const federation = () => createFederation(ABSTRACT_TYPES);

const engineAndReference = () => {
  const engine = federation();
  const gateway = new ApolloGateway({
    supergraphSdl: engine.supergraphSdl,
    buildService: ({ name }) => new LocalGraphQLDataSource(engine.schemas.get(name) as never),
  });
  return { engine, server: new ApolloServer({ gateway }) };
};

test.each(ABSTRACT_TYPE_OPERATIONS)('answers as the reference gateway does: %s', async (query) => {
  const { engine, server } = engineAndReference();

  for (const variables of variablesFor(query)) {
    const { body } = await server.executeOperation({ query, variables });
    const { data, errors } = (body as { singleResult: FormattedExecutionResult }).singleResult;
    const result = await engine.execute(query, variables);

    expect(errors).toBeUndefined();
    expect(result.problems).toEqual([]);
    expect(result.dataText).toBe(JSON.stringify(data));
  }
  await server.stop();
});

test('asks an interface object by the name of its interface', async () => {
  const engine = federation();

  await engine.ask('{ media { stars } }');

  expect(engine.sent.at(-1)?.variables.representations).toEqual([
    { __typename: 'Media', id: 'b1' },
    { __typename: 'Media', id: 'f1' },
    { __typename: 'Media', id: 'b2' },
  ]);
});

test('reports an object whose concrete type no subgraph told', async () => {
  const engine = federation();
  engine.override('catalog', () => ({ ok: true, data: { _entities: [null] }, errors: [] }));

  const result = await engine.ask('{ best { __typename stars } }');

  expect(result.data).toEqual({ best: null });
  expect(result.problems.map(({ code, path }) => [code, path])).toEqual([
    ['RESPONSE_VALUE_INVALID', ['best', '__typename']],
  ]);
});

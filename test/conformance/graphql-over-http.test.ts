import { auditServer, serverAudits } from 'graphql-http';
import { expect, test } from 'vitest';
import { serveFederation } from '../support/serve-federation.ts';

/**
 * The GraphQL over HTTP specification, as the server audits of `graphql-http` read it: the MUST,
 * the SHOULD and the MAY. An audit keeps its id for good, so a failure can be looked up.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
test('the running gateway passes every server audit', async () => {
  const gateway = await serveFederation(
    [{ name: 'hello', sdl: 'type Query { hello: String }', resolvers: { Query: {} } }],
    // The audits of variables ask `__type`.
    { INTROSPECTION: 'true' },
  );

  const results = await auditServer({ url: `${gateway.url}/graphql` });

  expect(results).toHaveLength(serverAudits({ url: '' }).length);
  expect(
    results.flatMap((result) =>
      result.status === 'ok' ? [] : [`${result.id} ${result.name}: ${result.reason}`],
    ),
  ).toEqual([]);
});

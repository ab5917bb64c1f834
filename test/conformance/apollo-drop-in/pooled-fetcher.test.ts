import type { RequestListener } from 'node:http';
import { RemoteGraphQLDataSource } from '@apollo/gateway';
import { expect, test } from 'vitest';
import { MeshgateGateway } from '../../../gateway/apollo/meshgate-gateway.ts';
import { createPooledFetcher } from '../../../gateway/apollo/pooled-fetcher.ts';
import { ABSTRACT_TYPES } from '../../support/abstract-types.ts';
import { QUIET, serveApollo } from '../../support/serve-apollo.ts';
import { serveSubgraphs } from '../../support/serve-subgraphs.ts';

/** The same gateway with the data sources' own client and with the pooled one. */
async function serveBoth() {
  const subgraphs = await serveSubgraphs(ABSTRACT_TYPES);
  const { supergraphSdl } = subgraphs;
  const fetcher = createPooledFetcher();
  return {
    ...subgraphs,
    own: await serveApollo(new MeshgateGateway({ supergraphSdl, logger: QUIET })),
    pooled: await serveApollo(
      new MeshgateGateway({
        supergraphSdl,
        logger: QUIET,
        buildService: ({ url = '' }) => new RemoteGraphQLDataSource({ url, fetcher }),
      }),
    ),
  };
}

const QUERY = '{ carrier media { id title stars } }';

test('subgraphs are sent the same and answer the same', async () => {
  const { own, pooled, received } = await serveBoth();
  const ask = async ({ post }: typeof own) => {
    received.length = 0;
    const { text } = await post(QUERY);
    const sent = received
      .map(({ query, headers }) => `${query} ${headers['content-type']} ${headers.accept}`)
      .toSorted();
    return { text, sent };
  };

  expect(await ask(pooled)).toEqual(await ask(own));
});

const answers: Readonly<Record<string, RequestListener>> = {
  'with an error': (_, response) =>
    response.writeHead(500, { 'content-type': 'application/json' }).end('{"errors":[]}'),
  'that the caller is unknown': (_, response) => response.writeHead(401).end('who?'),
  'with a page': (_, response) => response.setHeader('content-type', 'text/html').end('<p>'),
  'a policy': (_, response) =>
    response
      .setHeader('content-type', 'application/json')
      .setHeader('cache-control', 'max-age=5, private')
      .end('{"data":{"carrier":"Pigeon"}}'),
};

test.each(Object.keys(answers))('a subgraph that answers %s is understood alike', async (name) => {
  const { own, pooled, replace } = await serveBoth();
  replace('delivery', answers[name] ?? (() => {}));
  const ask = async ({ post }: typeof own) => {
    const { body, headers } = await post('{ carrier }');
    return [body, headers.get('cache-control')];
  };

  expect(await ask(pooled)).toEqual(await ask(own));
});

test('a subgraph that hangs up is an error of the call, which names the address', async () => {
  const { pooled, replace, sources } = await serveBoth();
  replace('delivery', (request) => request.socket.destroy());

  const { body } = await pooled.post('{ carrier }');

  const { url } = sources.find(({ name }) => name === 'delivery') ?? {};
  expect(body.data).toEqual({ carrier: null });
  expect(body.errors?.map(({ message }) => message)).toEqual([
    `request to ${url} failed, reason: other side closed`,
  ]);
});

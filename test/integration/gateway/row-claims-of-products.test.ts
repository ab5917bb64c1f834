/**
 * A product is told the row claims that its rules look at and no others, and callers who differ in those share
 * what it gives. Over real HTTP; the rules are those of the descriptors in `subgraphs/`.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { decodeJwt } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { loadOrCreateSigningKey } from '../../../gateway/identity/trust/signing-key.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

/** Says which claims it is told. */
function telling(name: string, field: string): FixtureSubgraph {
  const told = (_: never, __: never, { headers }: { headers: IncomingHttpHeaders }) =>
    JSON.stringify(decodeJwt(String(headers.authorization).slice('Bearer '.length)).claims);
  return {
    name,
    sdl: `type Query { ${field}: String }`,
    resolvers: { Query: { [field]: told } },
    cacheControl: 'public, max-age=600',
  };
}

const NONE = '{}';
const EAST = '{"regions":["East"]}';
const WEST = '{"regions":["West"]}';

test.each([
  ['wholes', { ENTITY_CACHE_BYTES: '0' }, 5],
  ['parts', { RESPONSE_CACHE_BYTES: '0' }, 5],
])('kept as %s', async (_, settings, calls) => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  await loadOrCreateSigningKey(`${folder.path}/key.json`);
  const gateway = await serveFederation(
    [telling('accounts', 'open'), telling('orders', 'rows'), telling('foreign', 'other')],
    {
      PRODUCTS_FOLDER: new URL('../../../subgraphs', import.meta.url).pathname,
      SUBGRAPH_TRUST_KEY_FILE: `${folder.path}/key.json`,
      ...settings,
    },
  );
  const ask = async (region: string, query: string) => {
    const authorization = `Bearer ${await gateway.token({ sub: region, regions: [region] })}`;
    return (await gateway.post({ query }, { authorization })).body.data;
  };

  // `accounts` has a descriptor without row rules, `orders` one with, and `foreign` none.
  expect(await ask('East', '{ open }')).toEqual({ open: NONE });
  expect(await ask('West', '{ open }')).toEqual({ open: NONE });
  expect(await ask('East', '{ rows }')).toEqual({ rows: EAST });
  expect(await ask('West', '{ rows }')).toEqual({ rows: WEST });
  expect(await ask('East', '{ other }')).toEqual({ other: EAST });
  expect(await ask('West', '{ other }')).toEqual({ other: WEST });

  expect(gateway.received).toHaveLength(calls);
});

test('what is told to nobody in particular may be kept by anybody on the way', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  await loadOrCreateSigningKey(`${folder.path}/key.json`);
  const gateway = await serveFederation([telling('accounts', 'open'), telling('orders', 'rows')], {
    PRODUCTS_FOLDER: new URL('../../../subgraphs', import.meta.url).pathname,
    SUBGRAPH_TRUST_KEY_FILE: `${folder.path}/key.json`,
  });
  const authorization = `Bearer ${await gateway.token({ regions: ['East'] })}`;
  const controlOf = async (query: string) => {
    const { headers } = await gateway.post({ query }, { authorization });
    return headers.get('cache-control');
  };

  expect(await controlOf('{ open }')).toMatch(/^max-age=\d+, public$/);
  expect(await controlOf('{ rows }')).toMatch(/^max-age=\d+, private$/);
});

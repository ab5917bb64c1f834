import { expect, test } from 'vitest';

import { loadConfig } from '../../../../gateway/config/load-config.ts';
import { renderConfigReference } from '../../../../gateway/config/render-config-reference.ts';

const page = renderConfigReference();

test('has a row with a meaning and a default for every setting', () => {
  for (const name of Object.keys(loadConfig({}, null))) {
    const cells = page
      .split('\n')
      .find((line) => line.startsWith(`| \`${name}\`<br>`))
      ?.split(' | ');
    expect(cells, name).toHaveLength(5);
    expect(cells?.[1], `meaning of ${name}`).toMatch(/\.$/);
    expect(cells?.[4], `default of ${name}`).toMatch(/^\S.* \|$/);
  }
});

test.each([
  '| `SUBGRAPH_TIMEOUT_MS`<br>`subgraphTimeoutMs` | Budget for one call to a subgraph. | ms | 1 to 600000 | `10000` |',
  '| `PLAYGROUND`<br>`playground` | Whether `/playground` is served. |  | `true` or `false` | `true` in development, `false` in production |',
  '| `CORS_ORIGINS`<br>`corsOrigins` | Web origins whose pages may call this gateway. | list of origins |  | none |',
  '| `SUPERGRAPH_FILE`<br>`supergraphFile` | Supergraph SDL (Federation 2); `meshgate serve` needs it. | path |  | not set |',
  '| `ROW_CLAIMS`<br>`rowClaims` | Claims of the caller that are passed to data products for row-level security. | list of claim names |  | `regions` |',
  '| `jwks` | Where the public keys are: an https URL or a path of a JWKS file. | not set |',
  '| `issuer` | Compared with `iss`, character by character. | required |',
  '| `algorithms` | Signature algorithms accepted: `RS256`, `PS256`, `ES256`, `EdDSA` when not given, `HS256` with a `secret`. | see there |',
])('says %s', (row) => {
  expect(page.split('\n')).toContain(row);
});

test('ends with a newline', () => {
  expect(page).toMatch(/[^\n]\n$/);
});

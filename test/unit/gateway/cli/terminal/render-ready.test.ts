import { resolve } from 'node:path';

import { expect, test } from 'vitest';

import type { LocalMesh } from '../../../../../gateway/cli/local/start-mesh.ts';
import { createPaint } from '../../../../../gateway/cli/terminal/paint.ts';
import { renderReady, toReadyFacts } from '../../../../../gateway/cli/terminal/render-ready.ts';
import { keepText } from '../../../../support/text-stream.ts';

const mesh: LocalMesh = {
  gatewayUrl: 'http://127.0.0.1:4000',
  products: [
    { name: 'accounts', url: 'http://127.0.0.1:4101/graphql' },
    { name: 'orders', url: 'http://127.0.0.1:4103/graphql' },
  ],
  dataFolder: resolve('.meshgate'),
  supergraphFile: resolve('.meshgate/supergraph.graphql'),
  databaseEnded: Promise.resolve(''),
};

test('names every address and two commands to paste, each on a line of its own', () => {
  const lines = renderReady(toReadyFacts(mesh, 0), createPaint(keepText(), {})).split('\n');

  expect(lines).toEqual(
    expect.arrayContaining([
      '  Gateway      http://127.0.0.1:4000/graphql',
      '  Playground   http://127.0.0.1:4000/playground',
      '  Health       http://127.0.0.1:4000/health/ready',
      '  Metrics      http://127.0.0.1:4000/metrics',
      '  accounts     http://127.0.0.1:4101/graphql',
      '  orders       http://127.0.0.1:4103/graphql',
      'TOKEN=$(npx meshgate token --sub ana.ruiz@acme.example --scope "accounts:pii segments:read" --claim regions=West,East,Central,South)',
      expect.stringMatching(
        /^curl -s http:\/\/127\.0\.0\.1:4000\/graphql -H "authorization: Bearer \$TOKEN" -H 'content-type: application\/json' -d '\{"query":"\{ account\(id: \\"A-12520\\"\)/,
      ),
    ]),
  );
});

test('names a data folder that is not the usual one in the token command, quoted for a shell', () => {
  const facts = toReadyFacts({ ...mesh, dataFolder: "/data/ana's mesh" }, 0);

  expect(facts.tokenCommand).toMatch(/ --data '\/data\/ana'\\''s mesh'\)$/);
});

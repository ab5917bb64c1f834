import { readFile } from 'node:fs/promises';

import { expect, onTestFinished, test } from 'vitest';

import { requestAccess } from '../../../gateway/control/access/change-requests.ts';
import { openAccessDesk } from '../../support/access.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const SUBGRAPH = {
  name: 'desk',
  sdl: 'type Query { open: String }',
  resolvers: { Query: { open: () => 'open' } },
};
const WISH = {
  ...{ product: 'desk', coordinates: null, issuer: 'https://id.example', subject: 'ada' },
  ...{ purpose: 'analytics', reason: null, ttlSeconds: 3600, requestedBy: 'ada', emergency: false },
};

test('a gateway tells what has waited too long when it starts, and two of them tell it once', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const { pool, database } = await openAccessDesk('desk');
  const { request } = await requestAccess(pool, WISH);
  await database.run(`
    ALTER TABLE meshgate.access_request DISABLE TRIGGER states;
    UPDATE meshgate.access_request SET created_at = created_at - interval '25 hours';
    ALTER TABLE meshgate.access_request ENABLE TRIGGER states;`);
  const settings = {
    DATABASE_URL: database.adminUrl,
    LOG_LEVEL: 'warn',
    LOG_FILE: `${folder.path}/log`,
  };

  const gateways = await Promise.all([1, 2].map(() => serveFederation([SUBGRAPH], settings)));
  // Each ends its first look before it has closed.
  for (const gateway of gateways) await gateway.close();

  const lines = (await readFile(`${folder.path}/log`, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      msg: 'access waits for those who decide about it',
      step: 'reminded',
      request: request.id,
      product: 'desk',
    }),
  ]);
});

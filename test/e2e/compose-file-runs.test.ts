import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { CROSSING_QUESTION } from '../../gateway/cli/terminal/crossing-question.ts';
import { readComposeFile } from '../support/compose-file.ts';
import { type ComposeProcesses, composeUp } from '../support/compose-processes.ts';
import { runMeshgate } from '../support/run-command.ts';

const file = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url));

/** Three passwords are set and the others left at their defaults: both ways must reach both ends. */
const environment = {
  POSTGRES_PASSWORD: 'a password of this test',
  ORDERS_DATABASE_PASSWORD: 'another-one',
  MESHGATE_DATABASE_PASSWORD: 'a-third',
};

let mesh: ComposeProcesses;

beforeAll(async () => {
  mesh = await composeUp(await readComposeFile(file, environment));
});
afterAll(() => mesh?.down());

async function makeToken(...more: readonly string[]): Promise<string> {
  const { stdout } = await runMeshgate([
    'token',
    ...['--data', mesh.pathOf('/var/lib/meshgate/private')],
    ...['--sub', 'ana.ruiz@acme.example', ...more],
  ]);
  return stdout.trim();
}

async function ask(
  gateway: string,
  token: string | null,
  query = CROSSING_QUESTION,
): Promise<unknown> {
  const answer = await fetch(`${mesh.urlOf(gateway, 4000)}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return answer.json();
}

const ALL_REGIONS = 'regions=West,East,Central,South';
const ORDER_OF_THE_SOUTH = expect.objectContaining({ id: 'CA-2016-152156', region: 'SOUTH' });

test.each(['gateway-1', 'gateway-2'])('%s answers the crossing question', async (gateway) => {
  const token = await makeToken(
    ...['--scope', 'accounts:pii segments:read', '--claim', ALL_REGIONS],
  );

  expect(await ask(gateway, token)).toEqual({
    data: {
      account: {
        id: 'A-12520',
        name: 'Claire Gute',
        marketSegment: 'CONSUMER',
        segment: { label: expect.any(String) },
        orders: {
          nodes: [
            expect.objectContaining({
              id: 'CA-2017-164098',
              shipment: { shipMode: 'FIRST_CLASS', shippedOn: '2017-01-27' },
            }),
            ORDER_OF_THE_SOUTH,
          ],
        },
      },
    },
  });
});

test.each(['gateway-1', 'gateway-2'])(
  '%s shows a caller the rows of its regions',
  async (gateway) => {
    const token = await makeToken(
      ...['--scope', 'accounts:pii segments:read', '--claim', 'regions=South'],
    );

    expect(await ask(gateway, token)).toMatchObject({
      data: { account: { orders: { nodes: [ORDER_OF_THE_SOUTH] } } },
    });
  },
);

test.each(['gateway-1', 'gateway-2'])(
  '%s hides from a stranger what is protected',
  async (gateway) => {
    expect(await ask(gateway, null)).toMatchObject({
      data: { account: { id: 'A-12520', name: null, segment: null, orders: null } },
      errors: expect.arrayContaining([
        expect.objectContaining({ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }),
      ]),
    });
  },
);

test('what is asked for and approved at one gateway is open at the other, until it is revoked', async () => {
  const person = async (name: string) => {
    const token = await makeToken('--sub', `${name}@acme.example`);
    return (gateway: string, query: string) => ask(gateway, token, query);
  };
  const [ben, owner, steward] = await Promise.all(
    ['ben.ode', 'marta.kowal', 'jonas.bell'].map(person),
  );
  const email = () => ben?.('gateway-2', '{ account(id: "A-12520") { email } }');
  const wish = 'product: "accounts", fields: ["Account.email"], purpose: "customer-service"';

  const before = await email();
  const asked = (await ben?.(
    'gateway-1',
    `mutation { done: requestAccess(input: { ${wish} }) { request { id } } }`,
  )) as { data: { done: { request: { id: string } } } };
  const approve = `mutation { done: approveAccess(input: { id: "${asked.data.done.request.id}" }) {
    grant { id } enforcement { state applied gateways } } }`;
  await owner?.('gateway-1', approve);
  const approved = (await steward?.('gateway-2', approve)) as {
    data: { done: { grant: { id: string } } };
  };
  const during = await email();
  const { id } = approved.data.done.grant;
  await owner?.(
    'gateway-1',
    `mutation { revokeGrant(input: { id: "${id}" }) { problem { code } } }`,
  );
  const after = await email();

  expect(approved).toMatchObject({
    data: { done: { enforcement: { state: 'APPLIED', applied: 2, gateways: 2 } } },
  });
  expect(during).toEqual({ data: { account: { email: 'account-12520@example.org' } } });
  for (const refused of [before, after]) {
    expect(refused).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
    });
  }
});

test('one gateway answers while the other is stopped', async () => {
  const token = await makeToken('--claim', ALL_REGIONS);

  await mesh.stop('gateway-1');

  expect(await ask('gateway-2', token)).toMatchObject({ data: { account: { id: 'A-12520' } } });
});

/**
 * Three gateway processes on one PostgreSQL, asked all the time, while access is given and taken.
 *
 * `ACCESS_CHANGES` says how many changes are made (20 unless set); the figures are printed.
 */
import { setImmediate } from 'node:timers/promises';

import { afterEach, expect, onTestFinished, test } from 'vitest';

import type { AccessChange } from '../../gateway/control/access/settle-request.ts';
import { type AccessDesk, openAccessDesk } from '../support/access.ts';
import type { FixtureSubgraph } from '../support/federation-fixture.ts';
import { MESHGATE, PLAIN_ENVIRONMENT, runMeshgate, startCommand } from '../support/run-command.ts';
import { postGraphql } from '../support/send-request.ts';
import { serveSubgraphs } from '../support/serve-subgraphs.ts';
import { createTokenIssuer } from '../support/token-issuer.ts';
import { writeFolder } from '../support/write-folder.ts';

const CHANGES = Number(process.env.ACCESS_CHANGES ?? 20);
/** A change takes a tenth of a second on an idle machine. */
const TIMEOUT_MS = 60_000 + CHANGES * 3000;

const DESK: FixtureSubgraph = {
  name: 'desk',
  sdl: `
    type Query { rows: [Row!], open: String }
    type Row { id: ID, secret: String @requiresScopes(scopes: [["desk:read"]]) }`,
  resolvers: {
    Query: {
      open: () => 'open',
      rows: () => [
        { id: 1, secret: 'a' },
        { id: 2, secret: 'b' },
      ],
    },
  },
};

interface GatewayProcess {
  readonly url: string;
  readonly pid: number;
}

async function startGateways(count: number, settings: Readonly<Record<string, string>> = {}) {
  const desk = await openAccessDesk('desk');
  const { supergraphSdl } = await serveSubgraphs([DESK]);
  const issuer = await createTokenIssuer();
  const folder = await writeFolder({
    'supergraph.graphql': supergraphSdl,
    'jwks.json': JSON.stringify({ keys: [issuer.publicJwk] }),
  });
  onTestFinished(() => folder.remove());
  const env = {
    ...PLAIN_ENVIRONMENT,
    DATABASE_URL: desk.database.adminUrl,
    ISSUERS: JSON.stringify([
      {
        issuer: issuer.issuer,
        audiences: ['meshgate'],
        jwks: `${folder.path}/jwks.json`,
        algorithms: ['ES256'],
      },
    ]),
    ...settings,
  };
  const args = ['serve', '--supergraph', `${folder.path}/supergraph.graphql`, '--port', '0'];
  const gateways: GatewayProcess[] = [];
  for (let index = 0; index < count; index += 1) {
    const command = startCommand(process.execPath, [MESHGATE, ...args], { env });
    onTestFinished(async () => {
      command.child.kill('SIGKILL');
      await command.ended;
    });
    await command.waitFor('"msg":"gateway listens"');
    const line =
      command
        .stdout()
        .split('\n')
        .find((one) => one.includes('gateway listens')) ?? '';
    gateways.push({ url: JSON.parse(line).url, pid: command.child.pid ?? 0 });
  }
  const tokenOf = (sub: string) => {
    const iat = Math.floor(Date.now() / 1000);
    return issuer.sign({ iss: issuer.issuer, aud: 'meshgate', sub, iat, exp: iat + 3600 });
  };
  return { desk, gateways, tokenOf };
}

/** Whether an answer holds one protected row or more. */
async function seesRows(url: string, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  const { body } = await postGraphql(url, { query: '{ rows { id secret } }' }, headers);
  return body.includes('"secret":"');
}

interface Seen {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly rows: boolean;
}

/** Asks a gateway in one caller's name, one request after the other, until it is stopped. */
function watch({ url }: GatewayProcess, token: string) {
  let seen: Seen[] = [];
  let running = true;
  let onSeen = () => {};
  const ended = (async () => {
    while (running) {
      const sentAtMs = performance.now();
      const rows = await seesRows(url, token);
      seen.push({ sentAtMs, receivedAtMs: performance.now(), rows });
      onSeen();
    }
  })();
  return {
    /** What was seen since the last call. */
    take: () => seen.splice(0),
    /** Waits for the first answer that has rows, or has none, and says when it came. */
    until: (rows: boolean) =>
      new Promise<number>((resolve) => {
        onSeen = () => {
          const found = seen.find((one) => one.rows === rows);
          if (found !== undefined) resolve(found.receivedAtMs);
        };
      }),
    async stop() {
      running = false;
      await ended;
      seen = [];
    },
  };
}

/** Makes a change and measures when it took effect on the last gateway. */
async function measure(
  desk: AccessDesk,
  watches: readonly ReturnType<typeof watch>[],
  rows: boolean,
  change: () => Promise<AccessChange>,
) {
  for (const one of watches) one.take();
  const effects = watches.map((one) => one.until(rows));
  const beganAtMs = performance.now();
  const changed = await change();
  const applied = await desk.applied(changed);
  const appliedAtMs = performance.now();
  // What the gateways had sent by then has arrived after one more turn of the loop.
  await setImmediate();
  const settledAtMs = performance.now();
  const lastMs = Math.max(...(await Promise.all(effects)));
  return {
    ...{ changed, applied, settledAtMs },
    effectMs: lastMs - beganAtMs,
    appliedMs: appliedAtMs - beganAtMs,
  };
}

const summary: string[] = [];
afterEach(() => {
  for (const line of summary.splice(0)) process.stdout.write(`${line}\n`);
});

function report(name: string, values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
  const [p50, p99, most] = [at(0.5), at(0.99), at(1)].map((ms) => ms.toFixed(1));
  summary.push(`${name}: n ${values.length}, p50 ${p50} ms, p99 ${p99} ms, max ${most} ms`);
  return at(0.99);
}

test(
  'under load, access is open and closed on three gateways within a second, and no row comes after "3 of 3"',
  async () => {
    const { desk, gateways, tokenOf } = await startGateways(3);
    await desk.applied(await desk.give({ subject: 'bob' }));
    const token = await tokenOf('ada');
    const watches = gateways.map((gateway) => watch(gateway, token));
    const others = await Promise.all(
      gateways.flatMap((gateway, index) =>
        [`other-${index}`, 'bob'].map(async (sub) => watch(gateway, await tokenOf(sub))),
      ),
    );

    const times = { allowed: [] as number[], denied: [] as number[], applied: [] as number[] };
    const rowsAfterApplied: Seen[] = [];
    const confirmations = new Set<string>();
    for (let made = 0; made < CHANGES; made += 2) {
      const given = await measure(desk, watches, true, () => desk.give());
      const revoked = await measure(desk, watches, false, () =>
        desk.revoke(given.changed.grant?.id ?? ''),
      );
      // Two more answers of each gateway: the second was asked for when all of them had confirmed.
      for (const _ of [1, 2]) await Promise.all(watches.map((one) => one.until(false)));
      const after = watches.flatMap((one) => one.take());
      rowsAfterApplied.push(
        ...after.filter(({ rows, receivedAtMs }) => rows && receivedAtMs > revoked.settledAtMs),
      );
      times.allowed.push(given.effectMs);
      times.denied.push(revoked.effectMs);
      times.applied.push(given.appliedMs, revoked.appliedMs);
      confirmations.add(given.applied).add(revoked.applied);
    }
    const load = others.map((one) => one.take());
    for (const one of [...watches, ...others]) await one.stop();

    const worst = [
      report('approve to allowed on all 3', times.allowed),
      report('revoke to denied on all 3', times.denied),
      report('change to "applied on 3 of 3"', times.applied),
    ];
    summary.push(`answers to other callers meanwhile: ${load.flat().length}`);
    expect([...confirmations]).toEqual(['3 of 3']);
    expect(rowsAfterApplied).toEqual([]);
    expect(Math.max(...worst)).toBeLessThan(1000);
    // Who has a grant of their own kept it all the time, and who has none never saw a row.
    const rowsOf = (parity: number) =>
      new Set(
        load.flatMap((seen, index) => (index % 2 === parity ? seen.map(({ rows }) => rows) : [])),
      );
    expect(rowsOf(0)).toEqual(new Set([false]));
    expect(rowsOf(1)).toEqual(new Set([true]));
  },
  TIMEOUT_MS,
);

test('a gateway that has stopped answering is named, and denies when it comes back', async () => {
  const { desk, gateways, tokenOf } = await startGateways(2, { GRANTS_TRUSTED_SECONDS: '3' });
  const [, frozen] = gateways;
  if (frozen === undefined) throw new Error('There are two gateways.');
  const token = await tokenOf('ada');
  const given = await desk.give();
  await desk.applied(given);
  expect(await seesRows(frozen.url, token)).toBe(true);
  const env = { ...PLAIN_ENVIRONMENT, DATABASE_URL: desk.database.adminUrl };
  const revoke = ['access', 'revoke', given.grant?.id ?? '', '--as', 'ola', '--reason', 'over'];

  process.kill(frozen.pid, 'SIGSTOP');
  const said = await runMeshgate([...revoke, '--wait', '1s'], { env });
  const later = await desk.applied(await desk.give({ subject: 'bob' }));
  process.kill(frozen.pid, 'SIGCONT');

  expect(said).toEqual({
    code: 1,
    stderr: '',
    stdout: expect.stringMatching(
      new RegExp(
        `^The grant g-\\w+ is revoked.\nApplied on 1 of 2 gateways.\nNot confirmed by \\S+:${frozen.pid}: `,
      ),
    ),
  });
  expect(later).toBe('1 of 1');
  expect(await seesRows(frozen.url, token)).toBe(false);
});

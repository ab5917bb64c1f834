import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const payroll: FixtureSubgraph = {
  name: 'payroll',
  sdl: 'type Query { name: String salary: Int @policy(policies: [["payroll"]]) }',
  resolvers: { Query: { name: () => 'Ada', salary: () => 7 } },
};

const permit = (scope: string) =>
  `permit (principal, action == Meshgate::Action::"use", resource == Meshgate::Policy::"payroll") when { principal.scopes.contains("${scope}") };\n`;

/** A gateway whose policies can be replaced, over a product whose answers may be kept. */
async function serve() {
  const folder = await writeFolder({ 'policies/payroll.cedar': permit('hr') });
  onTestFinished(() => folder.remove());
  const file = join(folder.path, 'policies', 'payroll.cedar');
  const log = join(folder.path, 'gateway.log');
  const gateway = await serveFederation([payroll], {
    POLICY_FOLDER: join(folder.path, 'policies'),
    LOG_LEVEL: 'info',
    LOG_FILE: log,
  });
  gateway.replace('payroll', async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const asksSalary = Buffer.concat(parts).toString().includes('salary');
    const kept = { 'content-type': 'application/json', 'cache-control': 'public, max-age=600' };
    response.writeHead(200, kept);
    response.end(JSON.stringify({ data: { name: 'Ada', ...(asksSalary ? { salary: 7 } : {}) } }));
  });
  const authorization = `Bearer ${await gateway.token({ scope: 'hr' })}`;
  const ask = async () => {
    const { body, headers } = await gateway.post({ query: '{ name salary }' }, { authorization });
    return { data: body.data, isKept: headers.get('age') !== null };
  };
  return {
    ask,
    file,
    metric: gateway.metric,
    /** Writes a policy as most tools do, beside it first. */
    async publish(text: string) {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    },
    /** Asks until the salary is this one. @returns Milliseconds until then. */
    async untilSalaryIs(salary: number | null) {
      const startedAt = performance.now();
      while (((await ask()).data as { salary: number | null }).salary !== salary);
      return performance.now() - startedAt;
    },
    async untilRefused(times: number) {
      while ((await gateway.metric('gateway_policy_swaps_total{outcome="refused"}')) !== times);
    },
    async logged(message: string) {
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === message);
    },
  };
}

const OPEN = { name: 'Ada', salary: 7 };
const CLOSED = { name: 'Ada', salary: null };

test('a policy that is changed takes effect within a second, forth and back, kept answers included', async () => {
  const { ask, publish, untilSalaryIs, logged } = await serve();
  expect(await ask()).toEqual({ data: OPEN, isKept: false });
  expect(await ask()).toEqual({ data: OPEN, isKept: true });

  await publish(permit('finance'));
  const closed = await untilSalaryIs(null);
  const after = [await ask(), await ask()];
  await publish(permit('hr'));
  const opened = await untilSalaryIs(7);

  expect(closed).toBeLessThan(1000);
  expect(opened).toBeLessThan(1000);
  expect(after.map(({ data }) => data)).toEqual([CLOSED, CLOSED]);
  expect(after[1]?.isKept).toBe(true);
  const [first, second] = await logged('new policies are in force');
  expect(second).toMatchObject({ policyVersion: first.before, before: first.policyVersion });
});

test('a policy that goes away holds no more, and one in a new file holds', async () => {
  const { file, untilSalaryIs } = await serve();

  await rm(file);
  await untilSalaryIs(null);
  await writeFile(file.replace('payroll.cedar', 'other.cedar'), permit('hr'));
  await untilSalaryIs(7);
});

test('a set with a policy that does not fit changes nothing, and it is said once what is wrong', async () => {
  const { ask, publish, untilRefused, untilSalaryIs, logged, metric } = await serve();

  await publish(permit('finance').replace('scopes', 'scope'));
  await untilRefused(1);
  expect((await ask()).data).toEqual(OPEN);
  await publish('permit (');
  await untilRefused(2);
  expect((await ask()).data).toEqual(OPEN);
  expect(await metric('gateway_policy_swaps_total{outcome="swapped"}')).toBe(0);
  const refused = await logged('policies were refused; those in force stay');
  expect(refused.map(({ err }) => err.code)).toEqual(['CONFIG_INVALID', 'CONFIG_INVALID']);
  expect(refused[0].err.message).toContain('payroll.cedar:1:');

  await publish(permit('finance'));
  await untilSalaryIs(null);
});

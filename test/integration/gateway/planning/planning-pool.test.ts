import { parse } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { createPlanner } from '../../../../gateway/planning/create-planner.ts';
import {
  type PlanningSettings,
  startPlanning,
} from '../../../../gateway/planning/planning-pool.ts';
import { readSupergraph } from '../../../../gateway/supergraph/read-supergraph.ts';
import { createFederation } from '../../../support/federation-fixture.ts';
import { PLANNING_THREAD } from '../../../support/planning-thread-entry.ts';
import { SLOW_TO_PLAN, toSlowQuery } from '../../../support/slow-to-plan.ts';

const { supergraphSdl } = createFederation(SLOW_TO_PLAN);

const SETTINGS: PlanningSettings = {
  entry: PLANNING_THREAD,
  threads: 1,
  timeoutMs: 60_000,
  memoryMb: 512,
  queueLength: 10,
};

const start = async (settings: Partial<PlanningSettings> = {}) => {
  const seen = { planned: 0, lost: 0 };
  const { facts, pool } = await startPlanning(
    supergraphSdl,
    { ...SETTINGS, ...settings },
    { planned: () => (seen.planned += 1), threadLost: () => (seen.lost += 1) },
  );
  onTestFinished(() => pool.close());
  return { facts, pool, seen };
};

const simple = parse('{ start { id } two }');

const hostile = parse(toSlowQuery(4));

const codeOf = (plan: Promise<unknown>) =>
  plan.then(
    () => 'planned',
    (error: { readonly code: string }) => error.code,
  );

test('reads and plans in a thread what is read and planned in this one', async () => {
  const { facts, pool, seen } = await start();

  expect(facts).toEqual(readSupergraph(supergraphSdl));
  expect(await pool.plan(simple)).toEqual(
    JSON.parse(JSON.stringify(createPlanner(supergraphSdl).plan(simple))),
  );
  expect(seen).toEqual({ planned: 1, lost: 0 });
});

test('ends an operation that takes too long, and plans the others in a new thread', async () => {
  const { pool, seen } = await start({ timeoutMs: 1000 });

  const tooLong = pool.plan(hostile);
  const next = codeOf(pool.plan(simple));

  await expect(tooLong).rejects.toMatchObject({
    code: 'OPERATION_PLANNING_TIMEOUT',
    message:
      'Planning an operation may take at most 1000 ms, and this one takes longer; select less, or split it into several requests.',
    details: { limit: 1000 },
  });
  expect(await codeOf(pool.plan(simple))).toBe('planned');
  expect(['planned', 'OPERATION_PLANNING_OVERLOADED']).toContain(await next);
  expect(seen.lost).toBe(1);
});

test('ends an operation that needs too much memory, and plans the others in a new thread', {
  // A heap that is nearly full is collected over and over before it is given up.
  timeout: 120_000,
}, async () => {
  const { pool, seen } = await start({ memoryMb: 60 });

  expect(await codeOf(pool.plan(hostile))).toBe('OPERATION_PLANNING_TOO_LARGE');
  expect(await codeOf(pool.plan(simple))).toBe('planned');
  expect(seen).toEqual({ planned: 1, lost: 1 });
});

test('refuses what cannot be planned soon', async () => {
  const { pool } = await start({ queueLength: 2 });

  const running = codeOf(pool.plan(hostile));
  const waiting = [codeOf(pool.plan(simple)), codeOf(pool.plan(simple))];

  expect(pool.waiting()).toBe(2);
  await expect(pool.plan(simple)).rejects.toMatchObject({
    code: 'OPERATION_PLANNING_OVERLOADED',
  });
  await pool.close();
  expect(await Promise.all([running, ...waiting])).toEqual(
    Array.from({ length: 3 }, () => 'GATEWAY_DRAINING'),
  );
  expect(await codeOf(pool.plan(simple))).toBe('GATEWAY_DRAINING');
});

test('plans on with two threads while one of them is busy', async () => {
  const { pool } = await start({ threads: 2 });
  const order: string[] = [];

  const slow = codeOf(pool.plan(hostile)).then(() => order.push('hostile'));
  await codeOf(pool.plan(simple)).then(() => order.push('simple'));
  await pool.close();
  await slow;

  expect(order).toEqual(['simple', 'hostile']);
});

test('an operation that the planner cannot plan fails, and the thread lives on', async () => {
  const { pool, seen } = await start();

  expect(await codeOf(pool.plan(parse('{ nowhere }')))).toBe('OPERATION_PLANNING_FAILED');
  expect(await codeOf(pool.plan(simple))).toBe('planned');
  expect(seen.lost).toBe(0);
});

test.each([
  ['type Query { a: Int }', SETTINGS, /The supergraph schema cannot be loaded/],
  [supergraphSdl, { ...SETTINGS, memoryMb: 8 }, /raise PLANNING_MEMORY_MB/],
])('a supergraph that cannot be loaded starts nothing', async (sdl, settings, message) => {
  const starting = startPlanning(sdl, settings, { planned() {}, threadLost() {} });

  await expect(starting).rejects.toMatchObject({
    code: 'SUPERGRAPH_INVALID',
    message: expect.stringMatching(message),
  });
});

import { expect, test } from 'vitest';
import { serveFederation } from '../../../support/serve-federation.ts';
import { SLOW_TO_PLAN, toSlowQuery } from '../../../support/slow-to-plan.ts';

const HOSTILE = toSlowQuery(3);

test('an operation that takes too long to plan holds nobody up, and is not planned again', async () => {
  const gateway = await serveFederation(SLOW_TO_PLAN, {
    PLANNING_TIMEOUT_MS: '600',
    DOCUMENT_TOKENS: '1000000',
    DOCUMENT_SELECTIONS: '1000000',
  });
  const metrics = async () => (await fetch(`${gateway.url}/metrics`)).text();
  const simple = { query: '{ two }' };
  expect((await gateway.post(simple)).body).toEqual({ data: { two: 1 } });

  let answered = 0;
  let planning = true;
  const hostile = [0, 1, 2].map(() => gateway.post({ query: HOSTILE }));
  const ended = Promise.all(hostile).finally(() => {
    planning = false;
  });
  while (planning) {
    expect((await gateway.post(simple)).body).toEqual({ data: { two: 1 } });
    answered += 1;
  }

  const problem = {
    message:
      'Planning an operation may take at most 600 ms, and this one takes longer; select less, or split it into several requests.',
    extensions: { code: 'OPERATION_PLANNING_TIMEOUT', limit: 600 },
  };
  for (const { status, body } of await ended) {
    expect([status, body]).toEqual([400, { errors: [problem] }]);
  }
  expect(answered).toBeGreaterThan(5);
  expect((await gateway.post({ query: HOSTILE })).body).toEqual({ errors: [problem] });
  expect(await metrics()).toContain('\ngateway_planning_threads_lost_total 1\n');
  expect((await gateway.post({ query: '{ three }' })).body).toEqual({ data: { three: 1 } });
});

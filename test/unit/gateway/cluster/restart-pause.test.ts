import { expect, test } from 'vitest';
import { toRestartPauseMs } from '../../../../gateway/cluster/restart-pause.ts';

test('a worker that served for long is replaced at once, each further short life doubles the pause up to ten seconds', () => {
  const pauses = [0, 1, 2, 3, 7, 8, 1000].map(toRestartPauseMs);

  expect(pauses).toEqual([0, 100, 200, 400, 6400, 10_000, 10_000]);
});

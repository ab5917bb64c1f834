import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createProgress } from '../../../../../gateway/cli/terminal/progress.ts';
import { createCommandTools, keepText } from '../../../../support/text-stream.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('writes a plain line for every event where nobody watches', () => {
  const tools = createCommandTools();
  const progress = createProgress(tools);

  progress.begin('Data');
  progress.note('orders: applied 0001-order.sql');
  vi.advanceTimersByTime(1500);
  progress.succeed('9994 order lines');

  expect(tools.stderr.text()).toBe(
    'Data …\nData: orders: applied 0001-order.sql\nData: 9994 order lines (1.5 s)\n',
  );
  expect(tools.stdout.text()).toBe('');
});

test('writes one line over and over on a terminal and leaves the result', () => {
  const stderr = keepText(true);
  const progress = createProgress({ ...createCommandTools({ NO_COLOR: '1' }), stderr });

  progress.begin('Data');
  progress.note('orders');
  vi.advanceTimersByTime(250);
  progress.succeed('done');

  const lines = stderr.text().split('\r\u001b[2K');
  expect(lines.slice(0, 3)).toEqual(['', '⠙ Data ', '⠹ Data orders']);
  expect(lines.at(-1)).toBe('✔ Data done (0.3 s)\n');
  expect(stderr.text().match(/\n/g)).toHaveLength(1);
});

test('stops drawing when a step has failed', () => {
  const stderr = keepText(true);
  const progress = createProgress({ ...createCommandTools({ NO_COLOR: '1' }), stderr });
  progress.begin('Data');

  progress.fail();
  const after = stderr.text();
  vi.advanceTimersByTime(1000);

  expect(after).toMatch(/✘ Data failed \(0\.0 s\)\n$/);
  expect(stderr.text()).toBe(after);
});

test('has nothing to fail before the first step', () => {
  const stderr = keepText(true);

  createProgress({ ...createCommandTools(), stderr }).fail();

  expect(stderr.text()).toBe('');
});

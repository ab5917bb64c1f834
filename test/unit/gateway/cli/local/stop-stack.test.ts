import { expect, test } from 'vitest';

import { createStopStack, StartInterrupted } from '../../../../../gateway/cli/local/stop-stack.ts';

/** Parts that write down what happens to them. */
function createParts() {
  const events: string[] = [];
  const part = (name: string) => ({
    stop: async () => void events.push(`${name} stopped`),
    kill: () => void events.push(`${name} killed`),
  });
  return { events, part };
}

test('stops the latest part first', async () => {
  const { events, part } = createParts();
  const stack = createStopStack();
  await stack.push(part('database'));
  await stack.push(part('products'));
  await stack.push(part('gateway'));

  await stack.stop();

  expect(events).toEqual(['gateway stopped', 'products stopped', 'database stopped']);
});

test('stops each part once, however often it is asked', async () => {
  const { events, part } = createParts();
  const stack = createStopStack();
  await stack.push(part('database'));

  await Promise.all([stack.stop(), stack.stop()]);

  expect(events).toEqual(['database stopped']);
});

test('stops a part that comes too late, and tells whoever brings it', async () => {
  const { events, part } = createParts();
  const stack = createStopStack();
  await stack.stop();

  await expect(stack.push(part('gateway'))).rejects.toBeInstanceOf(StartInterrupted);

  expect(events).toEqual(['gateway stopped']);
});

test('stops the others when one cannot be stopped, and says so at the end', async () => {
  const { events, part } = createParts();
  const stack = createStopStack();
  await stack.push(part('database'));
  const problem = new Error('stuck');
  await stack.push({ ...part('products'), stop: () => Promise.reject(problem) });

  await expect(stack.stop()).rejects.toMatchObject({ errors: [problem] });

  expect(events).toEqual(['database stopped']);
});

test('kills what is not stopped yet, the latest part first', async () => {
  const { events, part } = createParts();
  const stack = createStopStack();
  await stack.push(part('database'));
  await stack.push(part('products'));

  stack.kill();

  expect(events).toEqual(['products killed', 'database killed']);
});

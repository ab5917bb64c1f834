import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { AuditQueue } from '../../../../gateway/audit/audit-queue.ts';

interface Entry {
  readonly name: number;
  readonly weight: number;
}

const OVERDUE_MS = 5000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A queue whose writing succeeds, fails or hangs as it is told. */
function setUp(capacity = 1000) {
  const batches: number[][] = [];
  const told: string[] = [];
  let outcome: 'written' | 'failed' | 'stuck' = 'written';
  const queue = new AuditQueue<Entry>(capacity, OVERDUE_MS, {
    write(batch) {
      batches.push(batch.map(({ name }) => name));
      if (outcome === 'stuck') return new Promise(() => undefined);
      return outcome === 'written' ? Promise.resolve() : Promise.reject(new Error('away'));
    },
    onWritten: (records) => void told.push(`written ${records}`),
    onFailure: () => void told.push('failed'),
  });
  return {
    queue,
    batches,
    told,
    add: (count: number, weight = 1) => {
      for (let name = 1; name <= count; name += 1) queue.add({ name, weight });
    },
    from: (next: typeof outcome) => {
      outcome = next;
    },
  };
}

test('what is added goes out together after 200 ms', async () => {
  const { add, batches, queue } = setUp();
  add(3);

  await vi.advanceTimersByTimeAsync(199);
  const before = batches.length;
  await vi.advanceTimersByTimeAsync(1);

  expect(before).toBe(0);
  expect(batches).toEqual([[1, 2, 3]]);
  expect(queue.length).toBe(0);
});

test('five hundred records do not wait, and are one batch', async () => {
  const { add, batches } = setUp();
  add(501);

  await vi.advanceTimersByTimeAsync(1);
  const soon = batches.map(({ length }) => length);
  await vi.advanceTimersByTimeAsync(200);

  expect(soon).toEqual([500]);
  expect(batches.map(({ length }) => length)).toEqual([500, 1]);
});

test('records that say much are written in smaller batches, at least one at a time', async () => {
  const { add, batches } = setUp();
  add(2, 15_000);
  add(1, 30_000);

  await vi.advanceTimersByTimeAsync(1000);

  expect(batches).toEqual([[1], [2], [1]]);
});

test('a batch that cannot be written is tried again every second, the same, and then what came meanwhile', async () => {
  const { add, batches, told, from } = setUp();
  from('failed');
  add(2);
  await vi.advanceTimersByTimeAsync(200);

  add(1);
  await vi.advanceTimersByTimeAsync(999);
  const waited = batches.length;
  from('written');
  await vi.advanceTimersByTimeAsync(1 + 200);

  expect(waited).toBe(1);
  expect(batches).toEqual([[1, 2], [1, 2], [1]]);
  expect(told).toEqual(['failed', 'written 2', 'written 1']);
});

test('it is full while as many records wait as it may hold, those under way included', async () => {
  const { add, queue, from } = setUp(2);
  from('failed');
  add(1);
  const early = queue.isFull;
  await vi.advanceTimersByTimeAsync(200);
  add(1);
  const full = queue.isFull;

  from('written');
  await vi.advanceTimersByTimeAsync(1000);

  expect([early, full, queue.isFull]).toEqual([false, true, false]);
});

test('it is overdue once nothing could be written for that long, until something is', async () => {
  const { add, queue, from } = setUp();
  from('failed');
  add(1);
  await vi.advanceTimersByTimeAsync(200 + OVERDUE_MS - 1);
  const before = queue.isOverdue;
  await vi.advanceTimersByTimeAsync(1);
  const after = queue.isOverdue;

  from('written');
  await vi.advanceTimersByTimeAsync(1000);
  const written = queue.isOverdue;
  from('failed');
  add(1);
  await vi.advanceTimersByTimeAsync(200 + OVERDUE_MS - 1);

  expect([before, after, written, queue.isOverdue]).toEqual([false, true, false, false]);
});

test('draining writes what waits without delay', async () => {
  const { add, queue, batches } = setUp();
  add(3);

  expect(await queue.drain(1000)).toBe(0);
  expect(batches).toEqual([[1, 2, 3]]);
  expect(vi.getTimerCount()).toBe(0);
});

test.each(['failed', 'stuck'] as const)(
  'draining gives up after its time and says how many records are lost, while writing is %s',
  async (outcome) => {
    const { add, queue, from } = setUp();
    from(outcome);
    add(3);

    const drained = queue.drain(1000);
    await vi.advanceTimersByTimeAsync(1000);

    expect(await drained).toBe(3);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
  },
);

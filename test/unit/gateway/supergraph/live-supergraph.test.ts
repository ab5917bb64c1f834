import { expect, test } from 'vitest';
import { LiveSupergraph } from '../../../../gateway/supergraph/live-supergraph.ts';

const begin = () => {
  const closed: string[] = [];
  const generation = (name: string) => ({
    name,
    close: async () => void closed.push(name),
  });
  const clock = { now: 1000 };
  const live = new LiveSupergraph(
    generation('first'),
    () => clock.now,
    (error) => expect.fail(String(error)),
  );
  return { live, generation, closed, clock };
};

test('a superseded generation is closed at once when no request works with it', () => {
  const { live, generation, closed, clock } = begin();
  expect(live.current.since).toBe(1000);
  live.leave(live.enter());
  clock.now = 2000;

  live.swap(generation('second'));

  expect(closed).toEqual(['first']);
  expect([live.current.generation.name, live.current.since, live.draining]).toEqual([
    'second',
    2000,
    0,
  ]);
});

test('a generation is closed when its last request leaves, and not before', () => {
  const { live, generation, closed } = begin();
  const one = live.enter();
  const other = live.enter();

  live.swap(generation('second'));
  const later = live.enter();
  live.swap(generation('third'));
  live.leave(one);

  expect([one, other, later].map((tenure) => tenure.generation.name)).toEqual([
    'first',
    'first',
    'second',
  ]);
  expect([closed, live.draining]).toEqual([[], 2]);
  live.leave(later);
  live.leave(other);
  expect([closed, live.draining]).toEqual([['second', 'first'], 0]);
});

test('what is live is not closed when its requests leave', () => {
  const { live, closed } = begin();

  live.leave(live.enter());

  expect(closed).toEqual([]);
});

test('closing closes everything, and what is made ready meanwhile too', async () => {
  const { live, generation, closed } = begin();
  live.enter();
  live.swap(generation('second'));

  await live.close();
  expect(closed).toEqual(['first', 'second']);
  live.swap(generation('third'));

  expect(closed).toEqual(['first', 'second', 'third']);
});

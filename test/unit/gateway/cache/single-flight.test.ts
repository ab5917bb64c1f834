import { expect, test } from 'vitest';
import { SingleFlight, type Work } from '../../../../gateway/cache/single-flight.ts';

/** Work that ends when the test says so, and notes when it was begun and given up. */
function createWork() {
  const events: string[] = [];
  const works: { land(value: string): void; crash(error: Error): void }[] = [];
  const start = (): Work<string> => {
    const number = works.length;
    events.push(`begun ${number}`);
    const value = new Promise<string>((land, crash) => works.push({ land, crash }));
    return { value, abort: () => events.push(`given up ${number}`) };
  };
  return { events, works, start };
}

test('all who board under one key while it is under way get the same value', async () => {
  const { events, works, start } = createWork();
  const flights = new SingleFlight<string>();

  const seats = [1, 2, 3].map(() => flights.board('a', start));
  works[0]?.land('value');

  expect(seats.map(({ isFirst }) => isFirst)).toEqual([true, false, false]);
  expect(await Promise.all(seats.map(({ value }) => value))).toEqual(['value', 'value', 'value']);
  expect(events).toEqual(['begun 0']);
});

test('another key is another flight', () => {
  const { events, start } = createWork();
  const flights = new SingleFlight<string>();

  flights.board('a', start);
  flights.board('b', start);

  expect(events).toEqual(['begun 0', 'begun 1']);
});

test('nothing is remembered once it has landed', async () => {
  const { events, works, start } = createWork();
  const flights = new SingleFlight<string>();
  const first = flights.board('a', start);
  works[0]?.land('old');
  await first.value;

  const second = flights.board('a', start);
  works[1]?.land('new');

  expect(await second.value).toBe('new');
  expect(events).toEqual(['begun 0', 'begun 1']);
});

test('a failure reaches all who wait, and the next one begins anew', async () => {
  const { events, works, start } = createWork();
  const flights = new SingleFlight<string>();
  const seats = [1, 2].map(() => flights.board('a', start));
  works[0]?.crash(new Error('broken'));

  const outcomes = await Promise.allSettled(seats.map(({ value }) => value));
  flights.board('a', start);

  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(events).toEqual(['begun 0', 'begun 1']);
});

test('work is given up when the last one leaves, and not before', () => {
  const { events, start } = createWork();
  const flights = new SingleFlight<string>();
  const [first, second] = [flights.board('a', start), flights.board('a', start)];

  first.leave();
  first.leave();
  expect(events).toEqual(['begun 0']);

  second.leave();
  expect(events).toEqual(['begun 0', 'given up 0']);
});

test('nobody joins what was given up', () => {
  const { events, start } = createWork();
  const flights = new SingleFlight<string>();
  flights.board('a', start).leave();

  flights.board('a', start);

  expect(events).toEqual(['begun 0', 'given up 0', 'begun 1']);
});

test('nobody joins what has departed, and its landing leaves the next flight alone', async () => {
  const { events, works, start } = createWork();
  const flights = new SingleFlight<string>();
  const early = flights.board('a', start);
  flights.depart();
  const late = flights.board('a', start);
  works[0]?.land('before');
  await early.value;

  const later = flights.board('a', start);
  works[1]?.land('after');

  expect([late.isFirst, later.isFirst]).toEqual([true, false]);
  expect(await Promise.all([early.value, late.value, later.value])).toEqual([
    'before',
    'after',
    'after',
  ]);
  expect(events).toEqual(['begun 0', 'begun 1']);
});

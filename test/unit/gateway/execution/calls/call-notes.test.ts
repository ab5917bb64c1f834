import { expect, test } from 'vitest';
import { NO_LIFETIME, NO_STORE } from '../../../../../gateway/cache/read-lifetime.ts';
import { CallNotes } from '../../../../../gateway/execution/calls/call-notes.ts';
import { RepresentationList } from '../../../../../gateway/execution/calls/representation-list.ts';

const lifetime = {
  ...{ scope: 'unstated' as const, freshSeconds: 60 },
  ...{ staleWhileRevalidateSeconds: 0, staleIfErrorSeconds: 0 },
};
const load = {
  ...{ subgraph: 'stock', bodyStart: '{"query":"{ _entities }"', variables: '' },
  ...{ path: ['goods', '@'], onlyReads: true },
  representations: new RepresentationList([
    '{"__typename":"Good","id":"1"}',
    '{"__typename":"Good","id":"2"}',
    '{"__typename":"Good","id":"3"}',
  ]),
};
const came = { ok: true, errors: [] };

const begin = (more: object = {}) =>
  new CallNotes({
    ...{ queryType: 'Query', unstatedIsShared: true, nothingKept: null, now: () => 10_000 },
    ...more,
  });

test('what is found for a call and what comes for the rest of it are told together', () => {
  const notes = begin();
  notes.found(load, {
    values: [1, 2, undefined],
    ...{ absent: [2], stale: [1], missing: 0 },
    cameBefore: [{ lifetime, cameAtMs: 3000 }],
    moment: 0,
  });
  notes.came({ ...load, representations: new RepresentationList(['{}']) }, came, lifetime);

  expect(notes.calls).toEqual([
    {
      ...{ path: ['goods', '@'], product: 'stock', type: 'Good' },
      ...{ hits: 1, missing: 0, stale: 1, misses: 1, staleIfError: 0 },
      ...{ ageSeconds: 7, secondsLeft: 53, scope: 'shared', notKept: null },
    },
  ]);
});

test.each([
  ['failed', { ok: false }, undefined, 'ERRORS'],
  ['has an error', { ok: true, errors: [{}] }, lifetime, 'ERRORS'],
  ['is forbidden to be kept', came, NO_STORE, 'NO_STORE'],
  ['has no lifetime', came, NO_LIFETIME, 'NO_LIFETIME'],
])('what %s is not kept for that reason', (_, answer, said, why) => {
  const notes = begin({ nothingKept: 'CACHE_OFF' });
  notes.came(load, answer, said);
  notes.notKept(load, 'FORGOTTEN');

  expect(notes.calls).toMatchObject([{ misses: 3, notKept: why }]);
});

test('what fills in for a failure is told besides', () => {
  const notes = begin();
  notes.came(load, { ok: false }, undefined);
  notes.fellBack(load, 3);

  expect(notes.calls).toMatchObject([{ misses: 3, staleIfError: 3, notKept: 'ERRORS' }]);
});

test('what is private to one caller makes the whole call private', () => {
  const notes = begin({ unstatedIsShared: false });
  notes.came(load, came, lifetime);
  notes.came(load, came, { ...lifetime, scope: 'public' });

  expect(notes.calls).toMatchObject([{ scope: 'own' }]);
});

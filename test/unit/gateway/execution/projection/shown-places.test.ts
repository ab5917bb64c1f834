/**
 * Of how many entities an answer shows values, held against the data and the text that was written.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CountedShape,
  EntityMembers,
} from '../../../../../gateway/execution/projection/counted-shape.ts';
import type { EntitySlot } from '../../../../../gateway/execution/projection/entity-slot.ts';
import { toScalarShape } from '../../../../../gateway/execution/projection/leaf-shapes.ts';
import { toMembers } from '../../../../../gateway/execution/projection/object-members.ts';
import {
  ListShape,
  NonNullShape,
  ObjectShape,
} from '../../../../../gateway/execution/projection/project-shape.ts';
import { ProjectionRun } from '../../../../../gateway/execution/projection/projection-run.ts';
import type { Shape } from '../../../../../gateway/execution/projection/shape.ts';
import { ShownPlaces } from '../../../../../gateway/execution/projection/shown-places.ts';
import { MemorySlots } from '../../../../../gateway/execution/projection/text-memory.ts';
import type { EntityKey } from '../../../../../gateway/supergraph/read-entity-keys.ts';
import { toTypeLattice } from '../../../../../gateway/supergraph/type-lattice.ts';

const leaf = (name: string) => ({ name, below: null });
const ID: EntityKey = [leaf('id')];
const PLACE: EntityKey = [leaf('room'), { name: 'desk', below: [leaf('number')] }];
const lattice = toTypeLattice({ possible: new Map(), below: new Map() });

/** `[{ email: String, name: String!, address: { street: String }, friends: [{ email: String! }] }]`, of people. */
function compilePeople(keys: readonly EntityKey[], remembers: boolean) {
  const places = new ShownPlaces(
    ['Person.email', 'Address.street'],
    lattice,
    new Map(keys.length === 0 ? [] : [['Person', keys]]),
  );
  const slots = remembers ? new MemorySlots() : null;
  const counted = (type: string, field: string, shape: Shape, slot: EntitySlot | null) =>
    new CountedShape(shape, places.ofField(type, field, slot) ?? -1);
  const object = (
    typename: string,
    around: EntitySlot | null,
    fieldsOf: (slot: EntitySlot | null) => Readonly<Record<string, Shape>>,
  ) =>
    new ObjectShape(typename, false, () => {
      const slot = places.slotOf(typename, around, (field) => [field]);
      const fields = Object.entries(fieldsOf(slot));
      const members = toMembers(
        fields.map(([key, shape]) => ({ key, dataKey: key, shape })),
        slots,
      );
      return slot === null || slot === around ? members : [new EntityMembers(members, slot)];
    });
  const text = toScalarShape('String');
  const person = object('Person', null, (slot) => ({
    email: counted('Person', 'email', text, slot),
    name: new NonNullShape(text),
    address: object('Address', slot?.hasKey ? slot : null, (owner) => ({
      street: counted('Address', 'street', text, owner),
    })),
    friends: new ListShape(
      object('Person', slot?.hasKey ? slot : null, (own) => ({
        email: new NonNullShape(counted('Person', 'email', text, own)),
        name: text,
      })),
      slots,
    ),
  }));
  return { shape: new ListShape(person, null), places };
}

function show(
  { shape, places }: ReturnType<typeof compilePeople>,
  people: readonly object[],
  keysKept = 0,
) {
  const run = new ProjectionRun([], null);
  const written = shape.write(people, run, 0);
  const json = typeof written === 'string' ? (JSON.parse(written) as unknown) : null;
  return { json, shown: places.count(run, keysKept) };
}

const text = fc.constantFrom<unknown>('a', 'b', 'c', null, undefined, 7);
const friend = fc.record({
  id: fc.constantFrom<unknown>('1', '2', 3, '3'),
  email: text,
  name: text,
});
const people = fc
  .array(fc.array(friend, { maxLength: 4 }), { minLength: 1, maxLength: 3 })
  .chain((pool) =>
    fc.array(
      fc.record({
        id: fc.constantFrom<unknown>('1', '2', '3', 4, 5),
        email: text,
        name: text,
        address: fc.oneof(fc.constant(null), fc.record({ street: text })),
        friends: fc.constantFrom(...pool),
      }),
      { maxLength: 50 },
    ),
  );

interface Read {
  readonly id?: unknown;
  readonly email?: unknown;
  readonly street?: unknown;
  readonly address?: Read | null;
  readonly friends?: readonly (Read | null)[] | null;
}

/** Looks at the data and at what was written of it side by side. */
function findOwners(data: readonly (Read | null)[], json: unknown) {
  const emails = new Set<string>();
  const streets = new Set<string>();
  const visit = (given: Read | null | undefined, written: Read | null | undefined): void => {
    if (!given || !written) return;
    if (written.email !== null) emails.add(String(given.id));
    if ((written.address?.street ?? null) !== null) streets.add(String(given.id));
    written.friends?.forEach((one, index) => {
      visit(given.friends?.[index], one);
    });
  };
  (json as readonly Read[] | null)?.forEach((one, index) => {
    visit(data[index], one);
  });
  return { emails, streets };
}

test('each entity counts once, whatever was remembered, became null or was written in several places', () => {
  const remembering = compilePeople([ID], true);
  const forgetful = compilePeople([ID], false);
  fc.assert(
    fc.property(people, (data) => {
      const { json, shown } = show(remembering, data, 1000);
      const { emails, streets } = findOwners(data as readonly Read[], json);

      expect(show(forgetful, data, 1000)).toEqual({ json, shown });
      const expected = (owners: ReadonlySet<string>) =>
        owners.size === 0
          ? undefined
          : { count: owners.size, exact: true, keys: expect.toSatisfy(holdsAll(owners)) };
      expect(shown.entities['Person.email']).toEqual(expected(emails));
      expect(shown.entities['Address.street']).toEqual(expected(streets));
    }),
    { numRuns: 500 },
  );
});

const holdsAll = (owners: ReadonlySet<string>) => (keys: readonly string[]) =>
  [...keys].sort().join() === [...owners].sort().join();

const person = (given: object) => ({ name: 'n', address: null, friends: [], ...given });

test('people of equal values are told apart though only their keys differ', () => {
  const data = Array.from({ length: 100 }, (_, id) => person({ id, email: 'same@home' }));

  const { shown } = show(compilePeople([ID], true), data);

  expect(shown.entities).toEqual({ 'Person.email': { count: 100, exact: true } });
});

test('objects without a key count each, and the count says that it is not exact', () => {
  const data = [person({ email: 'a' }), person({ email: 'a', address: { street: 's' } })];
  const inexact = { 'Address.street': { count: 1, exact: false } };

  expect(show(compilePeople([], true), data).shown.entities).toEqual({
    'Person.email': { count: 2, exact: false },
    ...inexact,
  });
  expect(show(compilePeople([ID], true), data, 5).shown.entities).toEqual({
    'Person.email': { count: 2, exact: false, keys: [], more: true },
    'Address.street': { count: 1, exact: false, keys: [], more: true },
  });
});

test('a key of several fields is one text, and a part that is missing makes it none', () => {
  const at = (room: string, desk: unknown) => person({ email: 'a', room, desk });
  const data = [at('1', { number: 2 }), at('1', { number: '2' }), at('1', { number: 3 })];
  const compiled = compilePeople([PLACE], true);

  expect(show(compiled, data, 5).shown.entities).toEqual({
    'Person.email': {
      count: 2,
      exact: true,
      keys: ['{"room":"1","desk":{"number":"2"}}', '{"room":"1","desk":{"number":"3"}}'],
    },
  });
  expect(show(compiled, [at('1', { number: null })]).shown.entities).toEqual({
    'Person.email': { count: 1, exact: false },
  });
});

test('where one entity may have been found by two of its keys, the count is not exact', () => {
  const data = [
    person({ id: '1', email: 'a' }),
    person({ room: '1', desk: { number: 2 }, email: 'a' }),
  ];

  expect(show(compilePeople([ID, PLACE], true), data).shown.entities).toEqual({
    'Person.email': { count: 2, exact: false },
  });
});

test('no more keys are told than wanted, and that there are more', () => {
  const data = ['1', '2', '3'].map((id) => person({ id, email: 'a' }));

  expect(show(compilePeople([ID], true), data, 2).shown.entities).toEqual({
    'Person.email': { count: 3, exact: true, keys: ['1', '2'], more: true },
  });
});

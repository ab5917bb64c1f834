import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../../gateway/execution/json.ts';
import { noteAnsweredNull } from '../../../../../gateway/execution/plan/answered-null.ts';
import { CountedShape } from '../../../../../gateway/execution/projection/counted-shape.ts';
import { toScalarShape } from '../../../../../gateway/execution/projection/leaf-shapes.ts';
import { toMembers } from '../../../../../gateway/execution/projection/object-members.ts';
import {
  ListShape,
  NonNullShape,
  ObjectShape,
} from '../../../../../gateway/execution/projection/project-shape.ts';
import { ProjectionRun } from '../../../../../gateway/execution/projection/projection-run.ts';
import type { Shape } from '../../../../../gateway/execution/projection/shape.ts';
import { MemorySlots } from '../../../../../gateway/execution/projection/text-memory.ts';
import type { Problem } from '../../../../../shared/errors/problem.ts';

const text = toScalarShape('String');
const required = new NonNullShape(text);
const NOTE = 0;
const LABEL = 1;

/** Values of notes and labels are counted. `[{ name: String!, note: String, tags: [{ id: ID!, label: String! }], size: Int }]`. */
function listOfThings(slots: MemorySlots | null, isStrict = false): Shape {
  const strictly = (shape: Shape) => (isStrict ? new NonNullShape(shape) : shape);
  const object = (fields: Readonly<Record<string, Shape>>) =>
    new ObjectShape('Thing', false, () =>
      toMembers(
        Object.entries(fields).map(([key, shape]) => ({ key, dataKey: key, shape })),
        slots,
      ),
    );
  const tag = object({
    id: new NonNullShape(toScalarShape('ID')),
    label: new CountedShape(required, LABEL),
  });
  const tags = new ListShape(strictly(tag), slots);
  const thing = object({
    name: required,
    note: new CountedShape(text, NOTE),
    tags,
    size: strictly(toScalarShape('Int')),
  });
  return new ListShape(thing, null);
}

const remembering = listOfThings(new MemorySlots());
const forgetful = listOfThings(null);
/** Tags and sizes may not be null, so that what was written before them is taken back. */
const strict = [listOfThings(new MemorySlots(), true), listOfThings(null, true)];

function write(shape: Shape, things: unknown, met: readonly Problem[] = []) {
  const run = new ProjectionRun([...met], null);
  const written = shape.write(things, run, 0);
  const reports = run.problems.slice(met.length);
  const count = (place: number) => run.shown.filter((one) => one === place).length;
  return {
    written,
    reported: reports.map(({ code, path }) => [code, path?.join('.')]),
    counted: { notes: count(NOTE), labels: count(LABEL) },
  };
}

const thing = (given: JsonObject = {}) => ({ name: 'a', note: 'b', tags: [], size: 1, ...given });

/** A few strings, so that equal values meet; some that do not belong where they stand. */
const leaf = fc.constantFrom<unknown>('a', 'b', 'a"b', 1, -0, 0, null, undefined, {});
const tagLists = fc.array(fc.record({ id: leaf, label: leaf }), { maxLength: 3 });
const things = fc.array(tagLists, { minLength: 1, maxLength: 3 }).chain((pool) =>
  fc.array(fc.record({ name: leaf, note: leaf, tags: fc.constantFrom(...pool), size: leaf }), {
    maxLength: 60,
  }),
);
const explained = fc.array(
  fc
    .tuple(fc.nat(5), fc.constantFrom(['name'], ['tags'], ['tags', 0], ['tags', 1, 'label'], []))
    .map(
      ([index, below]): Problem => ({
        code: 'SUBGRAPH_ERROR',
        message: '',
        path: [index, ...below],
      }),
    ),
  { maxLength: 3 },
);

test('what is remembered changes neither the answer nor its errors', () => {
  fc.assert(
    fc.property(things, explained, fc.array(fc.nat(59)), (data, met, nulled) => {
      for (const index of nulled) {
        if (data[index] !== undefined) noteAnsweredNull(data[index] as JsonObject);
      }

      expect(write(remembering, data, met)).toEqual(write(forgetful, data, met));
    }),
    { numRuns: 2000 },
  );
});

test('a list that stands in several places is written for each with the errors below it', () => {
  const tags = [
    { id: '1', label: 'good' },
    { id: '2', label: null },
  ];

  const { written, reported } = write(remembering, [thing({ tags }), thing({ tags })]);

  const expected = thing({ tags: [tags[0], null] });
  expect(written).toBe(JSON.stringify([expected, expected]));
  expect(reported).toEqual([
    ['RESPONSE_NULL_NOT_ALLOWED', '0.tags.1.label'],
    ['RESPONSE_NULL_NOT_ALLOWED', '1.tags.1.label'],
  ]);
});

test('an error that explains a null in one place does not explain it in another', () => {
  const met: Problem[] = [{ code: 'SUBGRAPH_ERROR', message: '', path: [0, 'tags', 0, 'label'] }];
  const tags = [{ id: '1', label: null }];

  const { written, reported } = write(remembering, [thing({ tags }), thing({ tags })], met);

  expect(written).toBe(JSON.stringify([thing({ tags: [null] }), thing({ tags: [null] })]));
  expect(reported).toEqual([['RESPONSE_NULL_NOT_ALLOWED', '1.tags.0.label']]);
});

test('a value that is missing is null only on the object that a subgraph answered null for', () => {
  const asked = thing({ note: undefined });
  noteAnsweredNull(asked);

  const { written, reported } = write(remembering, [asked, thing({ note: undefined })]);

  expect(written).toBe(JSON.stringify([thing({ note: null }), thing({ note: null })]));
  expect(reported).toEqual([['RESPONSE_VALUE_MISSING', '1.note']]);
});

test('objects that share one value and differ in another are told apart', () => {
  const data = ['b', 'c', 'b', null, 'b"'].map((note) => thing({ note }));

  expect(write(remembering, data).written).toBe(JSON.stringify(data));
});

test('many objects that all differ are written like few that repeat', () => {
  const data = Array.from({ length: 200 }, (_, index) =>
    thing({ name: `n${index}`, tags: [{ id: `${index % 50}`, label: 'x' }] }),
  );

  expect(write(remembering, data).written).toBe(JSON.stringify(data));
});

test('nothing is remembered from one run to the next', () => {
  const tags = [{ id: '1', label: 'before' }];
  const data = [thing({ tags }), thing({ tags })];
  write(remembering, data);
  tags[0] = { id: '1', label: 'after' };

  expect(write(remembering, data).written).toBe(JSON.stringify(data));
});

/** What a reader of the answer sees. */
function countInText(written: unknown) {
  type Read = { note: string | null; tags: readonly unknown[] | null } | null;
  const things = typeof written === 'string' ? (JSON.parse(written) as readonly Read[]) : [];
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  return {
    notes: things.filter((one) => one !== null && one.note !== null).length,
    labels: sum(things.map((one) => one?.tags?.filter((tag) => tag !== null).length ?? 0)),
  };
}

test('values are counted as often as the answer shows them, whatever was remembered or became null', () => {
  fc.assert(
    fc.property(things, (data) => {
      for (const shape of [remembering, forgetful, ...strict]) {
        const { written, counted } = write(shape, data);

        expect(counted).toEqual(countInText(written));
      }
    }),
  );
});

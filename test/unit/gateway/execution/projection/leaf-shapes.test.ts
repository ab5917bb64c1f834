import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  EnumShape,
  toScalarShape,
} from '../../../../../gateway/execution/projection/leaf-shapes.ts';
import { ProjectionRun } from '../../../../../gateway/execution/projection/projection-run.ts';
import type { Shape } from '../../../../../gateway/execution/projection/shape.ts';

const write = (shape: Shape, value: unknown) => {
  const run = new ProjectionRun([], null);
  const written = shape.write(value, run, 0);
  return typeof written === 'string' ? written : run.problems.map(({ code }) => code);
};

test('writes every number as JSON.stringify does', () => {
  const numbers = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(-0, 1e21, 1e-7, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53),
  );

  fc.assert(
    fc.property(numbers, (value) => {
      expect(write(toScalarShape('Float'), value)).toBe(JSON.stringify(value));
    }),
    { numRuns: 1000 },
  );
});

test('writes every JSON value of a custom scalar as JSON.stringify does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(write(toScalarShape('Json'), value)).toBe(JSON.stringify(value));
    }),
    { numRuns: 1000 },
  );
});

test('a number that JSON cannot write is not a null without a word', () => {
  expect(write(toScalarShape('Float'), JSON.parse('1e999'))).toEqual(['RESPONSE_VALUE_INVALID']);
});

const SAMPLES = ['text', 3, 1.5, true, ['text'], { a: 1 }];

test.each([
  ['Int', ['3']],
  ['Float', ['3', '1.5']],
  ['Boolean', ['true']],
  ['String', ['"text"']],
  ['ID', ['"text"', '3']],
  ['Json', ['"text"', '3', '1.5', 'true', '["text"]', '{"a":1}']],
])('takes the JSON values of %s and no others', (name, texts) => {
  const written = SAMPLES.map((value) => write(toScalarShape(name), value));

  expect(written.filter((text) => typeof text === 'string')).toEqual(texts);
  expect(write(toScalarShape(name), null)).toBe('null');
  expect(write(toScalarShape(name), undefined)).toEqual(['RESPONSE_VALUE_MISSING']);
});

test('takes the names of an enum and no others', () => {
  const shape = new EnumShape(['RED', 'BLUE']);

  expect(write(shape, 'BLUE')).toBe('"BLUE"');
  expect(write(shape, null)).toBe('null');
  expect(write(shape, 'toString')).toEqual(['RESPONSE_VALUE_INVALID']);
  expect(write(shape, 1)).toEqual(['RESPONSE_VALUE_INVALID']);
  expect(write(shape, undefined)).toEqual(['RESPONSE_VALUE_MISSING']);
});

test('what an object has from its prototype is no value', () => {
  expect(write(toScalarShape('Json'), {}.toString)).toEqual(['RESPONSE_VALUE_INVALID']);
});

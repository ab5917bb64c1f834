import { expect, test } from 'vitest';
import { parseDays, parseText, parseValues } from '../../../../shared/kit/filter-conditions.ts';

test.each([undefined, null])('a condition that is %s asks nothing', (nothing) => {
  expect(parseValues('ids', nothing)).toBeNull();
  expect(parseText('name', nothing, 5)).toBeNull();
  expect(parseDays('on', nothing)).toEqual({ from: null, to: null });
});

test('what is within bounds is passed on, and a range may be open or of one day', () => {
  const most = Array<string>(200).fill('a');

  expect(parseValues('ids', most)).toBe(most);
  expect(parseText('name', 'abcde', 5)).toBe('abcde');
  expect(parseDays('on', { from: '2017-01-01' })).toEqual({ from: '2017-01-01', to: null });
  const day = { from: '2017-01-01', to: '2017-01-01' };
  expect(parseDays('on', day)).toEqual(day);
});

test.each([
  [() => parseValues('ids', []), 'filter.ids must have 1 to 200 values, not 0;'],
  [() => parseValues('ids', Array<string>(201).fill('a')), 'filter.ids must have 1 to 200 values'],
  [() => parseText('name', '', 5), 'filter.name must have 1 to 5 characters, not 0;'],
  [() => parseText('name', 'abcdef', 5), 'filter.name must have 1 to 5 characters, not 6;'],
  [
    () => parseDays('on', { from: '2017-01-02', to: '2017-01-01' }),
    'filter.on must not end before it starts, but runs from 2017-01-02 to 2017-01-01.',
  ],
])('what is out of bounds is refused with what was expected: %#', (parse, message) => {
  expect(parse).toThrow(
    expect.objectContaining({
      code: 'INPUT_INVALID',
      message: expect.stringContaining(message),
      details: expect.objectContaining({ argument: expect.stringMatching(/^filter\./) }),
    }),
  );
});

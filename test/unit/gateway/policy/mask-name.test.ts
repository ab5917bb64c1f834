import { expect, test } from 'vitest';

import { parseMaskName } from '../../../../gateway/policy/mask-name.ts';

test.each([
  ['null', { kind: 'null' }],
  ['redacted', { kind: 'redacted' }],
  ['hash', { kind: 'hash' }],
  ['month', { kind: 'month' }],
  ['year', { kind: 'year' }],
  ['keepFirst:1', { kind: 'keepFirst', characters: 1 }],
  ['keepLast:64', { kind: 'keepLast', characters: 64 }],
  ['bucket:1000000000', { kind: 'bucket', size: 1_000_000_000 }],
  ['', null],
  ['keepLast', null],
  ['keepLast:0', null],
  ['keepLast:65', null],
  ['keepLast:04', null],
  ['bucket:1000000001', null],
  ['redacted:3', null],
  ['toString', null],
])('the mask %j is %j', (name, mask) => {
  expect(parseMaskName(name)).toEqual(mask);
});

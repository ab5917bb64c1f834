import { expect, test } from 'vitest';

import { createPaint } from '../../../../../gateway/cli/terminal/paint.ts';
import { keepText } from '../../../../support/text-stream.ts';

test('colours a terminal', () => {
  expect(createPaint(keepText(true), {}).red('no')).toBe('\u001b[31mno\u001b[39m');
});

test.each([
  ['something that is not a terminal', false, {}],
  ['a terminal whose user has set NO_COLOR', true, { NO_COLOR: '1' }],
  ['a terminal that knows no colours', true, { TERM: 'dumb' }],
])('leaves text plain for %s', (_, isTTY, env) => {
  expect(createPaint(keepText(isTTY), env).red('no')).toBe('no');
});

test('colours although NO_COLOR is there, when it is empty', () => {
  expect(createPaint(keepText(true), { NO_COLOR: '' }).bold('yes')).toBe('\u001b[1myes\u001b[22m');
});

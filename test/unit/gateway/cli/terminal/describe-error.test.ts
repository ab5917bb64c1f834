import { expect, test } from 'vitest';

import { describeError } from '../../../../../gateway/cli/terminal/describe-error.ts';
import { createPaint } from '../../../../../gateway/cli/terminal/paint.ts';
import { MeshgateError } from '../../../../../shared/errors/meshgate-error.ts';
import { keepText } from '../../../../support/text-stream.ts';

const plain = createPaint(keepText(), {});

test('says code and message of an error that is foreseen, without a stack', () => {
  const error = new MeshgateError('PORT_TAKEN', { message: 'Expected port 4000 to be free.' });

  expect(describeError(error, plain)).toBe('error PORT_TAKEN: Expected port 4000 to be free.\n');
});

test('shows where a bug comes from', () => {
  expect(describeError(new Error('oh'), plain)).toMatch(
    /^error INTERNAL_ERROR: Something went wrong inside meshgate\.\nError: oh\n {4}at /,
  );
});

test('copes with what is no error at all', () => {
  expect(describeError('oh', plain)).toContain('meshgate.\noh\n');
});

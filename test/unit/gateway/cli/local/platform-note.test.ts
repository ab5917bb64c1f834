import { expect, test } from 'vitest';

import { toPlatformNote } from '../../../../../gateway/cli/local/platform-note.ts';

test.each([
  [{ step: 'waiting' }, 'another process prepares this database; waiting for it'],
  [{ step: 'migration', product: 'orders', file: '0001-a.sql' }, 'orders: applied 0001-a.sql'],
  [{ step: 'row rules', product: 'orders' }, 'orders: made policies from its row rules'],
  [{ step: 'landing', rows: 9994 }, 'loaded 9994 source lines'],
  [
    { step: 'pipeline', product: 'orders', file: '0001-a.sql', rows: 3, durationMs: 12.4 },
    'orders: ran 0001-a.sql, 3 rows in 12 ms',
  ],
] as const)('%o is told in a few words', (event, words) => {
  expect(toPlatformNote(event)).toBe(words);
});

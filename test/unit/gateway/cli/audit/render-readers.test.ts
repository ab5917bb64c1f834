import { expect, test } from 'vitest';

import { renderReaders } from '../../../../../gateway/cli/audit/render-readers.ts';
import type { Reader } from '../../../../../gateway/control/audit/find-readers.ts';

const READER: Reader = {
  issuer: 'https://id.example',
  subject: 'ben',
  seen: 0,
  masked: 0,
  refused: 0,
  valuesSeen: 0,
  valuesMasked: 0,
  leastEntitiesSeen: 0,
  mostEntitiesSeen: 0,
  leastEntitiesMasked: 0,
  mostEntitiesMasked: 0,
  unsure: 0,
  uncounted: 0,
  lastSeenAt: null,
  lastAt: '2026-02-03T04:05:06.789Z',
  purposes: [],
  grants: [],
};
const SINCE = new Date('2026-01-01T00:00:00Z');

test.each([
  [
    'saw it in every way',
    {
      seen: 14,
      valuesSeen: 1200,
      valuesMasked: 1,
      leastEntitiesSeen: 40,
      mostEntitiesSeen: 900,
      leastEntitiesMasked: 1,
      mostEntitiesMasked: 1,
      masked: 3,
      refused: 2,
      lastSeenAt: '2026-02-01T00:00:00.000Z',
      purposes: ['churn'],
      grants: ['g-1', 'g-2'],
    },
    'ben (https://id.example) saw Account.email as it is 14 times (1200 values of 40 to 900 entities), last on 2026-02-01 at 00:00 UTC, for churn, by grant g-1 and g-2; saw it masked 3 times (1 value of 1 entity); was refused it twice.',
  ],
  [
    'saw it masked',
    {
      masked: 1,
      valuesMasked: 5,
      leastEntitiesMasked: 3,
      mostEntitiesMasked: null,
      uncounted: 1,
    },
    'ben (https://id.example) saw Account.email masked once (at least 5 values of at least 3 entities), last on 2026-02-03 at 04:05 UTC.',
  ],
  [
    'has no name and was refused it',
    { issuer: null, subject: null, refused: 1 },
    'Somebody without a token was refused Account.email once, last on 2026-02-03 at 04:05 UTC.',
  ],
])('says in a sentence that a caller %s', (_, changes, sentence) => {
  expect(renderReaders('Account.email', null, SINCE, [{ ...READER, ...changes }])).toBe(
    `${sentence}\n`,
  );
});

test('says that nobody has asked', () => {
  expect(renderReaders('Account.email', null, SINCE, [])).toBe(
    'Nobody has asked for Account.email since 2026-01-01 at 00:00 UTC.\n',
  );
});

test('says of one entity who saw its field and who may have, without numbers of others', () => {
  const seen = {
    seen: 1,
    valuesSeen: 9,
    mostEntitiesSeen: 9,
    lastSeenAt: '2026-02-01T00:00:00.000Z',
  };
  const readers = [
    { ...READER, ...seen, masked: 2, unsure: 3 },
    { ...READER, unsure: 1 },
  ];

  expect(renderReaders('Account.email', 'A-1', SINCE, readers)).toBe(
    `ben (https://id.example) saw Account.email of A-1 as it is once, last on 2026-02-01 at 00:00 UTC; saw it masked twice; may have seen it 3 times.
ben (https://id.example) may have seen Account.email of A-1 once, last on 2026-02-03 at 04:05 UTC.
`,
  );
  expect(renderReaders('Account.email', 'A-1', SINCE, [])).toBe(
    'Nobody has seen Account.email of A-1 since 2026-01-01 at 00:00 UTC.\n',
  );
});

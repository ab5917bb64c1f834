import { expect, test } from 'vitest';

import { toScramVerifier } from '../../../../../gateway/control/pipeline/scram-verifier.ts';

test('stores a password as RFC 7677 derives it', () => {
  // The exchange of RFC 7677, section 3: password "pencil", its salt and its count of 4096.
  const verifier = toScramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));

  expect(verifier).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

test('gives nothing of the password away in its length', () => {
  const salt = Buffer.alloc(16, 7);

  expect(toScramVerifier('a', salt)).toHaveLength(toScramVerifier('a'.repeat(200), salt).length);
});

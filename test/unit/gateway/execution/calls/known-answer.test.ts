import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { KnownAnswer } from '../../../../../gateway/execution/calls/known-answer.ts';
import { readAnswerBytes } from '../../../../../gateway/execution/calls/subgraph-answer.ts';

const BODY = Buffer.from('{"data":{"title":"Emma"}}');

/** Cuts bytes where the numbers say. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted(
    (a, b) => a - b,
  );
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

test('the same bytes give the known answer itself, however they are cut', async () => {
  const known = new KnownAnswer(BODY);

  await fc.assert(
    fc.property(fc.array(fc.nat(100), { maxLength: 5 }), (places) => {
      expect(readAnswerBytes('books', 200, cut(BODY, places), known)).toBe(known);
    }),
  );
});

test('any other bytes are read', async () => {
  const known = new KnownAnswer(BODY);

  await fc.assert(
    fc.property(fc.nat(BODY.length - 1), fc.array(fc.nat(100), { maxLength: 3 }), (at, places) => {
      const other = Buffer.from(BODY);
      other[at] = (other[at] ?? 0) ^ 1;

      expect(readAnswerBytes('books', 200, cut(other, places), known)).not.toBe(known);
    }),
  );
  const shorter = readAnswerBytes('books', 200, [BODY.subarray(0, -1)], known);
  const longer = readAnswerBytes('books', 200, [BODY, Buffer.from(' ')], known);
  expect(shorter).toMatchObject({ ok: false, code: 'SUBGRAPH_RESPONSE_INVALID' });
  expect(longer).toMatchObject({ ok: true, data: { title: 'Emma' } });
  expect(longer).not.toBe(known);
});

test('the same bytes under another status are another answer', () => {
  const known = new KnownAnswer(BODY);

  expect(readAnswerBytes('books', 500, [BODY], known)).not.toBe(known);
});

test('what a known answer says is a new value each time, and its bytes are its own', () => {
  const bytes = Buffer.from(BODY);
  const known = new KnownAnswer(bytes);
  bytes.fill(0);

  const { data } = known;
  if (data !== null) data.title = 'written over';

  expect(known.data).toEqual({ title: 'Emma' });
});

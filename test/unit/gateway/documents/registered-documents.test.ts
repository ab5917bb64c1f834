import { expect, test } from 'vitest';
import { RegisteredDocuments } from '../../../../gateway/documents/registered-documents.ts';

const KIBIBYTE = 1024;
/** Takes one KiB together with its entry. */
const TEXT = 'x'.repeat(256);

function create(capacityBytes: number) {
  let evictions = 0;
  const documents = new RegisteredDocuments(capacityBytes, () => {
    evictions += 1;
  });
  return { documents, evictions: () => evictions };
}

test('one owner pushes out its own oldest only, however much it registers', () => {
  const { documents, evictions } = create(64 * KIBIBYTE);
  documents.keep('mine', TEXT, 'ada');

  for (let number = 0; number < 500; number += 1) documents.keep(`junk-${number}`, TEXT, 'eve');

  expect(documents.find('mine')).toBe(TEXT);
  expect(documents.size).toBe(9);
  expect(documents.bytes).toBe(9 * KIBIBYTE);
  expect(documents.find('junk-491')).toBeUndefined();
  expect(documents.find('junk-492')).toBe(TEXT);
  expect(evictions()).toBe(0);
});

test('what is asked for stays when many owners fill the memory', () => {
  const { documents, evictions } = create(64 * KIBIBYTE);
  documents.keep('used', TEXT, 'ada');
  documents.keep('unused', TEXT, 'ada');

  for (let number = 0; number < 500; number += 1) {
    documents.keep(`junk-${number}`, TEXT, `eve-${number}`);
    documents.find('used');
  }

  expect([documents.find('used'), documents.find('unused')]).toEqual([TEXT, undefined]);
  expect(documents.bytes).toBe(64 * KIBIBYTE);
  expect(evictions()).toBe(502 - 64);
});

test('a text that is larger than a share is not kept', () => {
  const { documents } = create(64 * KIBIBYTE);

  expect(documents.keep('large', 'x'.repeat(4 * KIBIBYTE), 'ada')).toBe(false);
  expect(documents.size).toBe(0);
});

test('a text of more than 131,072 characters is not kept, however much room there is', () => {
  const { documents } = create(64 * KIBIBYTE * KIBIBYTE);
  const text = 'x'.repeat(131_072);

  expect(documents.keep('fits', text, 'ada')).toBe(true);
  expect(documents.keep('long', `${text}x`, 'ada')).toBe(false);
});

test('a document that is registered again takes nothing more', () => {
  const { documents } = create(64 * KIBIBYTE);

  documents.keep('a', TEXT, 'ada');
  documents.keep('a', TEXT, 'ben');

  expect([documents.size, documents.bytes]).toEqual([1, KIBIBYTE]);
});

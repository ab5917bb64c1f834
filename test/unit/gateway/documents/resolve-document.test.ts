import { expect, test } from 'vitest';
import type {
  AskedDocument,
  DocumentOutcome,
} from '../../../../gateway/documents/document-doors.ts';
import { OperationList } from '../../../../gateway/documents/operation-list.ts';
import { RegisteredDocuments } from '../../../../gateway/documents/registered-documents.ts';
import {
  createResolveDocument,
  type ResolveDoors,
} from '../../../../gateway/documents/resolve-document.ts';
import { sha256Of } from '../../../../gateway/documents/sha256-of.ts';

const LISTED = { id: 'a', body: 'query Listed { a }', name: 'Listed', client: null };
const OTHER = '{ other }';
const OTHER_HASH = sha256Of(OTHER);

/** A resolver whose shared store is this function, and everything that it tells. */
function create({ find, list = null, registers = true }: Given) {
  const outcomes: DocumentOutcome[] = [];
  const unlisted: (readonly [string | null, boolean])[] = [];
  const resolve = createResolveDocument({
    list,
    registered: registers ? new RegisteredDocuments(65_536, () => {}) : null,
    shared: find === undefined ? null : { find, keep: () => {} },
    observer: {
      outcome: (outcome) => outcomes.push(outcome),
      unlisted: ({ text }, isRefused) => unlisted.push([text, isRefused]),
      evicted: () => {},
    },
  });
  const ask = (asked: Partial<AskedDocument>) =>
    resolve({ text: null, id: null, client: null, requestId: 'r', owner: () => 'ada', ...asked });
  return { ask, outcomes, unlisted };
}

interface Given {
  readonly find?: (hash: string) => Promise<string | null>;
  readonly list?: ResolveDoors['list'];
  readonly registers?: boolean;
}

const listOf = (isOnly: boolean, requiresId: boolean) => ({
  live: { current: new OperationList([LISTED], 1000) },
  isOnly,
  requiresId,
});

test('requests for one hash that come together look into the shared store once, and later ones into memory', async () => {
  const asked: string[] = [];
  const find = async (hash: string) => {
    asked.push(hash);
    return OTHER;
  };
  const { ask, outcomes } = create({ find });

  const found = await Promise.all([ask({ id: OTHER_HASH }), ask({ id: OTHER_HASH })]);
  const later = ask({ id: OTHER_HASH });

  const document = { ok: true, text: OTHER, register: null };
  expect([...found, later]).toEqual([document, document, document]);
  expect(asked).toEqual([OTHER_HASH]);
  expect(outcomes).toEqual(['found_shared', 'found_shared', 'found']);
});

test('a hash that was not found is looked for again', async () => {
  const texts = [null, OTHER];
  const { ask, outcomes } = create({ find: async () => texts.shift() ?? null });

  await ask({ id: OTHER_HASH });
  await ask({ id: OTHER_HASH });

  expect(outcomes).toEqual(['not_found', 'found_shared']);
});

test('what the shared store has under the hash of another text is not found', async () => {
  const { ask, outcomes } = create({ find: async () => '{ forged }' });

  expect(await ask({ id: OTHER_HASH })).toMatchObject({ ok: false });
  expect(outcomes).toEqual(['not_found']);
});

test('the shared store is asked for nothing but a SHA-256', () => {
  const find = () => Promise.reject(new Error('This is not to be asked.'));
  const { ask, outcomes } = create({ find });

  for (const id of ['a', OTHER_HASH.toUpperCase(), `${OTHER_HASH}0`, '../x']) void ask({ id });

  expect(outcomes).toEqual(['not_found', 'not_found', 'not_found', 'not_found']);
});

test.each([true, false])('a text that is not on the list is told once (only: %s)', (isOnly) => {
  const { ask, unlisted } = create({ list: listOf(isOnly, false) });

  const texts = [OTHER, OTHER, 'query Listed {\n  a\n}'];
  for (const text of texts) void ask({ text });

  expect(unlisted).toEqual([[OTHER, isOnly]]);
});

test('the text of the list runs, however it is laid out in a request', () => {
  const { ask } = create({ list: listOf(false, false) });
  const text = 'query Listed {\n  a # laid out\n}';
  const listed = { ok: true, text: LISTED.body, register: null };

  expect(ask({ text })).toEqual(listed);
  expect(ask({ text, id: 'a' })).toEqual(listed);
  expect(ask({ text, id: sha256Of(text) })).toEqual({ ...listed, register: expect.any(Function) });
});

test('where identifiers are required, that of the list counts and a digest does not', () => {
  const { ask, outcomes } = create({ list: listOf(true, true), registers: false });
  const { body: text } = LISTED;

  expect(ask({ text, id: 'a' })).toMatchObject({ ok: true });
  expect(ask({ text, id: sha256Of(text) })).toMatchObject({
    problem: { code: 'PERSISTED_QUERY_NOT_IN_LIST' },
  });
  expect(outcomes).toEqual(['listed', 'refused']);
});

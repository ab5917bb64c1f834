import { expect, test } from 'vitest';
import type {
  EntityAnswer,
  EntityLoad,
} from '../../../../../gateway/execution/calls/entity-load.ts';
import { createLoadEntities } from '../../../../../gateway/execution/calls/entity-loads.ts';
import { givenUp } from '../../../../../gateway/execution/calls/given-up.ts';
import { RepresentationList } from '../../../../../gateway/execution/calls/representation-list.ts';
import type {
  SubgraphAnswer,
  SubgraphCall,
} from '../../../../../gateway/execution/calls/subgraph-answer.ts';

interface SentBody {
  readonly variables: { readonly representations: readonly { readonly id: string }[] };
}

/** A product that answers with what it was asked, and who asked. */
const createProduct = (
  spoil: (answer: SubgraphAnswer) => SubgraphAnswer | Promise<SubgraphAnswer> = (answer) => answer,
) => {
  const calls: SubgraphCall[] = [];
  const aborted: string[] = [];
  const loadEntities = createLoadEntities((call) => {
    calls.push(call);
    const { variables } = JSON.parse(call.body) as SentBody;
    const entities = variables.representations.map(({ id }) => ({
      id,
      for: call.headers.authorization ?? null,
      nested: { list: [id] },
    }));
    const answer: SubgraphAnswer = { ok: true, data: { _entities: entities }, errors: [] };
    return {
      answer: Promise.resolve(spoil(answer)),
      abort: (why) => void aborted.push(why),
    };
  }, null);
  return { calls, aborted, loadEntities };
};

const load = (ids: readonly string[], more: Partial<EntityLoad> = {}): EntityLoad => ({
  subgraph: 'people',
  bodyStart: '{"query":"q"',
  variables: '',
  headers: {},
  representations: new RepresentationList(ids.map((id) => JSON.stringify({ id }))),
  onlyReads: false,
  ...more,
});

interface Loaded {
  readonly entities: readonly { id: string; for: string; nested: { list: string[] } }[];
  readonly errors: readonly { index: number | null }[];
}
const loaded = (answer: EntityAnswer) => answer as unknown as Loaded;
const idsOf = (answer: EntityAnswer) => loaded(answer).entities.map(({ id }) => id);

test('asks for everything of one kind in one call, and for each entity once', async () => {
  const { calls, loadEntities } = createProduct();

  const answers = await Promise.all(
    [['1', '2'], ['2', '3'], ['1']].map((ids) => loadEntities(load(ids)).answer),
  );

  expect(answers.map(idsOf)).toEqual([['1', '2'], ['2', '3'], ['1']]);
  expect(calls).toHaveLength(1);
  expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
    query: 'q',
    variables: { representations: [{ id: '1' }, { id: '2' }, { id: '3' }] },
  });
});

test.each([
  ['authorization', { headers: { authorization: 'Bearer b' } }],
  ['a forwarded header', { headers: { authorization: 'Bearer a', 'x-tenant': 't' } }],
  ['variables', { variables: '"first":1' }],
  ['operation', { bodyStart: '{"query":"r"' }],
  ['product', { subgraph: 'places' }],
])('never merges loads that differ in %s', async (_what, difference) => {
  const { calls, loadEntities } = createProduct();
  const one = load(['1'], { headers: { authorization: 'Bearer a' } });

  const answers = await Promise.all([
    loadEntities(one).answer,
    loadEntities({ ...one, ...difference }).answer,
  ]);

  expect(calls).toHaveLength(2);
  const owners = answers.map((answer) => loaded(answer).entities[0]?.for);
  expect(owners[0]).toBe('Bearer a');
  expect(owners[1]).toBe('headers' in difference ? difference.headers.authorization : 'Bearer a');
});

test('cannot be made to merge by a header that reads like another one', async () => {
  const { calls, loadEntities } = createProduct();

  loadEntities(load(['1'], { headers: { 'x-a': '1\nx-b:2' } }));
  loadEntities(load(['1'], { headers: { 'x-a': '1', 'x-b': '2' } }));
  loadEntities(load(['1'], { variables: '"x":"\\nx-a:1"', headers: { 'x-b': '2' } }));
  await new Promise(setImmediate);

  expect(calls).toHaveLength(3);
});

test('merges requests whose ids differ, under the id of the first', async () => {
  const { calls, loadEntities } = createProduct();

  const running = ['a', 'b'].map((id) =>
    loadEntities(load(['1'], { headers: { 'x-request-id': id } })),
  );
  await Promise.all(running.map(({ answer }) => answer));

  expect(calls.map(({ headers }) => headers)).toEqual([{ 'x-request-id': 'a' }]);
});

test('gives every request an answer of its own to write into', async () => {
  const { loadEntities } = createProduct();

  const [one, two] = await Promise.all([
    loadEntities(load(['1'])).answer,
    loadEntities(load(['1'])).answer,
  ]);
  const listOf = (answer: EntityAnswer) => loaded(answer).entities[0]?.nested.list;
  listOf(one)?.push('written');

  expect(listOf(two)).toEqual(['1']);
});

test('never joins a call that has left', async () => {
  const { calls, loadEntities } = createProduct();
  await loadEntities(load(['1'])).answer;

  await loadEntities(load(['1'])).answer;

  expect(calls).toHaveLength(2);
});

test('gives each request the errors of its own entities', async () => {
  const error = (path: readonly (string | number)[]) => ({ message: 'x', path, extensions: {} });
  const { loadEntities } = createProduct((answer) => ({
    ...(answer as Extract<SubgraphAnswer, { ok: true }>),
    errors: [error(['_entities', 0, 'name']), error(['_entities', 2]), error(['other'])],
  }));

  const answers = await Promise.all([
    loadEntities(load(['1', '2'])).answer,
    loadEntities(load(['3', '2'])).answer,
  ]);

  expect(answers.map((answer) => loaded(answer).errors.map(({ index }) => index))).toEqual([
    [0, null],
    [0, null],
  ]);
});

test('tells every request why there is no answer', async () => {
  const { loadEntities } = createProduct(() => ({
    ok: false,
    code: 'SUBGRAPH_TIMEOUT',
    message: 'late',
  }));

  const answers = await Promise.all([
    loadEntities(load(['1'])).answer,
    loadEntities(load(['2'])).answer,
  ]);

  expect(answers).toEqual([
    { ok: false, code: 'SUBGRAPH_TIMEOUT', message: 'late' },
    { ok: false, code: 'SUBGRAPH_TIMEOUT', message: 'late' },
  ]);
});

test('ends a call when the last request has left it, and not before', async () => {
  const { aborted, calls, loadEntities } = createProduct(() => new Promise(() => {}));
  const one = loadEntities(load(['1']));
  const two = loadEntities(load(['2']));
  const three = loadEntities(load(['3'], { variables: '"x":1' }));
  three.abort('unwanted');
  await new Promise(setImmediate);

  one.abort('late');
  const abortedEarly = aborted.length;
  two.abort('unwanted');

  expect(calls).toHaveLength(1);
  expect(abortedEarly).toBe(0);
  expect(aborted).toEqual(['unwanted']);
  expect(await one.answer).toEqual(givenUp('people'));
});

test('starts another call before a merged body grows too large for servers', async () => {
  const { calls, loadEntities } = createProduct();
  const long = (id: string) => `${id}${'x'.repeat(100_000)}`;

  await Promise.all(
    [['1'], ['2'], ['3'], ['4']].map(([id = '']) => loadEntities(load([long(id)])).answer),
  );

  expect(calls.map(({ body }) => body.length > 256 * 1024)).toEqual([false, false]);
});

test('fails the requests of a call that could not be started, and only these', async () => {
  const loadEntities = createLoadEntities(({ subgraph }) => {
    if (subgraph === 'broken') throw new TypeError('a bug');
    const answer: SubgraphAnswer = { ok: true, data: { _entities: [{ id: '1' }] }, errors: [] };
    return { answer: Promise.resolve(answer), abort() {} };
  }, null);

  const broken = loadEntities(load(['1'], { subgraph: 'broken' })).answer;
  const sound = loadEntities(load(['1'])).answer;

  await expect(broken).rejects.toThrow('a bug');
  expect(idsOf(await sound)).toEqual(['1']);
});

import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const person = { id: 'p', name: 'Ada', email: 'ada@acme.example', salary: 4200, tags: ['x'] };

const staff = {
  name: 'staff',
  sdl: `
    type Query { person(email: String @tag(name: "pii")): Person people: [Person!]! thing: Thing }
    interface Thing { id: ID! }
    type Person implements Thing {
      id: ID!
      name: String @requiresScopes(scopes: [["staff", "read"], ["admin"]])
      email: String @tag(name: "pii")
      salary: Int @policy(policies: [["payroll"]])
      diary: Diary
    }
    type Diary @authenticated @requiresScopes(scopes: [["diary"]]) { text: String }
    type Ghost implements Thing @inaccessible @requiresScopes(scopes: [["ghosts"]]) { id: ID! }
  `,
  resolvers: {
    Query: {
      person: () => person,
      people: () => [person],
      thing: () => ({ __typename: 'Person', id: 'p' }),
    },
  },
};

const RULES = `
version: 1
classes: [{ name: personal, tags: [pii] }]
rules:
  - { name: no-guests, for: { roles: [[guest]] }, effect: deny }
  - { name: first-letter, for: { authenticated: true }, effect: mask, masks: [{ keepFirst: 1 }] }
`;

interface Explained {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
  readonly extensions?: { readonly access?: readonly Record<string, unknown>[] };
}

async function serve(settings: Readonly<Record<string, string>> = {}) {
  const folder = await writeFolder({ 'rules.yaml': RULES });
  onTestFinished(() => folder.remove());
  const { post, token, received } = await serveFederation([staff], {
    CLASSIFICATION_RULES: join(folder.path, 'rules.yaml'),
    ...settings,
  });
  const ask = async (claims: object | null, request: object): Promise<Explained> => {
    const headers: Record<string, string> =
      claims === null ? {} : { authorization: `Bearer ${await token(claims)}` };
    return (await post({ extensions: { access: true }, ...request }, headers)).body as Explained;
  };
  return { ask, received };
}

const missing = (more: object) => ({ authenticated: false, scopes: [], policies: [], ...more });

test('says for each path what is missing, which rule it is and how to ask for access', async () => {
  const { ask } = await serve();

  const { data, extensions } = await ask(
    { scope: 'read' },
    { query: '{ people { id name again: email salary diary { text } } }' },
  );

  const at = (...more: string[]) => ['people', '@', ...more];
  expect(data).toEqual({
    people: [{ id: 'p', name: null, again: 'a***', salary: null, diary: null }],
  });
  expect(extensions?.access).toEqual([
    {
      path: at('name'),
      coordinate: 'Person.name',
      effect: 'denied',
      reasons: [
        {
          reason: 'REQUIREMENT_NOT_MET',
          coordinate: 'Person.name',
          missing: missing({ scopes: [['admin'], ['staff']] }),
        },
      ],
      howToRequest: [
        {
          product: 'staff',
          command: expect.stringMatching(
            /^meshgate access request --product staff --field Person\.name --issuer \S+ --as ada --purpose '<purpose>'$/,
          ),
        },
      ],
    },
    {
      path: at('again'),
      coordinate: 'Person.email',
      effect: 'masked',
      reasons: [
        {
          reason: 'RULE_MASKS',
          coordinate: 'Person.email',
          rule: 'first-letter',
          mask: 'keepFirst',
        },
      ],
      howToRequest: [],
    },
    expect.objectContaining({
      path: at('salary'),
      reasons: [expect.objectContaining({ missing: missing({ policies: [['payroll']] }) })],
    }),
    expect.objectContaining({
      path: at('diary'),
      coordinate: 'Person.diary',
      reasons: [
        expect.objectContaining({ coordinate: 'Diary', missing: missing({ scopes: [['diary']] }) }),
      ],
    }),
  ]);
  expect(JSON.stringify(extensions)).not.toMatch(/Ada|acme|4200/);
});

test('says which rule refuses a field and what is given to find it', async () => {
  const { ask } = await serve();

  const { extensions } = await ask(
    { roles: ['guest'] },
    { query: '{ person(email: "a") { id } people { email } }' },
  );

  expect(extensions?.access).toEqual([
    expect.objectContaining({
      path: ['person'],
      reasons: [{ reason: 'RULE_DENIES', coordinate: 'Query.person(email:)', rule: 'no-guests' }],
    }),
    expect.objectContaining({
      path: ['people', '@', 'email'],
      reasons: [{ reason: 'RULE_DENIES', coordinate: 'Person.email', rule: 'no-guests' }],
    }),
  ]);
});

test('explains nothing that a variable or its default leaves out', async () => {
  const { ask } = await serve();
  const query = `query Q($show: Boolean = false) { people { id name @include(if: $show) } }`;

  const hidden = await ask({}, { query });
  const shown = await ask({}, { query, variables: { show: true } });

  expect(hidden.extensions?.access).toEqual([]);
  expect(shown.extensions?.access).toMatchObject([{ path: ['people', '@', 'name'] }]);
});

test('an answer is explained to those who ask alone, also while they share a flight', async () => {
  const { ask } = await serve({ DEDUPLICATE_QUERIES: 'true' });
  const query = '{ people { name } }';

  const answers = await Promise.all(
    [{}, { extensions: null }, { extensions: { access: false } }, {}].map((more) =>
      ask({}, { query, ...more }),
    ),
  );

  expect(answers.map(({ extensions }) => extensions?.access?.length)).toEqual([
    1,
    undefined,
    undefined,
    1,
  ]);
  expect((await ask({}, { query, extensions: null })).extensions).toBeUndefined();
});

test('an answer that is repeated is explained to those who ask, and to nobody else', async () => {
  const { ask } = await serve();
  const query = '{ people { email } }';
  const asked: (number | undefined)[] = [];

  for (const access of [false, true, false, false, true, true, false]) {
    const { extensions } = await ask({}, { query, extensions: { access } });
    asked.push(extensions?.access?.length);
  }

  expect(asked).toEqual([undefined, 1, undefined, undefined, 1, 1, undefined]);
});

test.each([
  ['authenticated', [false, true]],
  ['on', [true, true]],
  ['off', [false, false]],
])('EXPLAIN_ACCESS=%s explains to strangers and known callers: %j', async (setting, expected) => {
  const { ask } = await serve({ EXPLAIN_ACCESS: setting });
  const query = '{ people { name } }';

  const answers = [await ask(null, { query }), await ask({}, { query })];

  expect(answers.map(({ extensions }) => extensions?.access !== undefined)).toEqual(expected);
});

test('tells no name that introspection hides', async () => {
  const usable = await serve({ INTROSPECTION_SHOWS: 'usable' });
  const all = await serve();
  const query = '{ people { name email } thing { id } }';

  const narrowed = await usable.ask({}, { query });
  const whole = await all.ask({}, { query });

  expect(narrowed.extensions?.access).toMatchObject([{ coordinate: 'Person.email' }]);
  expect(whole.extensions?.access).toMatchObject([
    { coordinate: 'Person.name' },
    { coordinate: 'Person.email' },
    // An interface asks what its implementing types ask; which ones these are is not told.
    { coordinate: 'Query.thing', reasons: [{ coordinate: 'Thing' }] },
  ]);
  expect(JSON.stringify(narrowed.extensions)).not.toMatch(/name|salary|ghost/i);
  expect(JSON.stringify(whole.extensions)).not.toContain('Ghost');
});

test('explains an operation that is refused as a whole', async () => {
  const { ask, received } = await serve({ AUTHORIZATION_MODE: 'reject' });

  const { data, errors, extensions } = await ask({}, { query: '{ people { id name } }' });

  expect({ data, sent: received.length, errors: errors?.length }).toEqual({ sent: 0, errors: 2 });
  expect(extensions?.access).toMatchObject([{ coordinate: 'Person.name', effect: 'denied' }]);
});

test('a command to request access holds names of callers as words', async () => {
  const { ask } = await serve();

  const { extensions } = await ask({ sub: "a'; rm -rf $HOME" }, { query: '{ people { name } }' });

  expect(extensions?.access?.[0]?.howToRequest).toMatchObject([
    { command: expect.stringContaining(String.raw`--as 'a'\''; rm -rf $HOME' --purpose`) },
  ]);
});

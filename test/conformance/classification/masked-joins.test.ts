import { expect, test } from 'vitest';
import { parseClassificationRules } from '../../../gateway/control/governance/parse-classification-rules.ts';
import { LiveClassification } from '../../../gateway/supergraph/live-classification.ts';
import {
  createFederation,
  type FixtureSubgraph,
  NOBODY,
  OPEN_LIMITS,
} from '../../support/federation-fixture.ts';

const RULES = `
version: 1
classes: [{ name: personal, tags: [pii] }]
rules: [{ name: all, effect: mask, masks: [{ keepFirst: 1 }] }]
`;

function federate(...subgraphs: readonly FixtureSubgraph[]) {
  const parsed = parseClassificationRules(RULES);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const classification = new LiveClassification(parsed.value, null, () => {});
  return createFederation(subgraphs, OPEN_LIMITS, (snapshot) => classification.of(snapshot));
}

test('a key that is masked for the caller still joins', async () => {
  const { ask, sent } = federate(
    {
      name: 'users',
      sdl: 'type Query { users: [User!] } type User @key(fields: "email") { email: ID! @tag(name: "pii") }',
      resolvers: { Query: { users: () => [{ email: 'ada@acme.example' }, { email: 'al' }] } },
    },
    {
      name: 'visits',
      sdl: 'type User @key(fields: "email") { email: ID! visits: Int }',
      resolvers: {
        User: {
          __resolveReference: (user: unknown) => user,
          visits: ({ email }: { email: string }) => email.length,
        },
      },
    },
  );

  const answer = await ask('{ users { email visits same: email } }', null, NOBODY);

  expect(answer).toEqual({
    data: {
      users: [
        { email: 'a***', visits: 16, same: 'a***' },
        { email: 'a***', visits: 2, same: 'a***' },
      ],
    },
    problems: [],
  });
  expect(JSON.stringify(sent)).toContain('ada@acme.example');
});

test('a field that an interface object adds is masked on every object, by whichever type it is asked', async () => {
  const { ask } = federate(
    {
      name: 'media',
      sdl: `type Query { media: [Media!] film: Film }
        interface Media @key(fields: "id") { id: ID! }
        type Film implements Media @key(fields: "id") { id: ID! }
        type Book implements Media @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          media: () => [
            { __typename: 'Film', id: '1' },
            { __typename: 'Book', id: '2' },
          ],
          film: () => ({ id: '1' }),
        },
      },
    },
    {
      name: 'owners',
      sdl: `type Query { latest: Media }
        type Media @interfaceObject @key(fields: "id") { id: ID! owner: String @tag(name: "pii") }`,
      resolvers: {
        Query: { latest: () => ({ id: '1', owner: 'Ada' }) },
        Media: {
          __resolveReference: (media: object) => ({ ...media, owner: 'Bob' }),
        },
      },
    },
  );

  const answer = await ask(
    '{ media { owner ... on Book { mine: owner } } film { owner } latest { owner } }',
    null,
    NOBODY,
  );

  expect(answer).toEqual({
    data: {
      media: [{ owner: 'B***' }, { owner: 'B***', mine: 'B***' }],
      film: { owner: 'B***' },
      latest: { owner: 'A***' },
    },
    problems: [],
  });
});

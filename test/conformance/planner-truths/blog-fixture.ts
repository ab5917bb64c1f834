import type { FixtureSubgraph } from '../../support/federation-fixture.ts';

/**
 * Inputs with arguments in every place that can hold one: on entities, on values
 * below them, on interfaces, on inputs of inputs. Each field of `insights` says
 * what it was given, so that an answer shows whose rows arrived.
 */
interface Post {
  readonly __typename: 'Article' | 'Note';
  readonly id: string;
  readonly comments: readonly string[];
}

const posts: readonly Post[] = [
  { __typename: 'Article', id: 'p1', comments: ['a', 'b', 'c', 'd'] },
  { __typename: 'Note', id: 'p2', comments: ['e', 'f'] },
];
const RATES: Readonly<Record<string, number>> = { USD: 100, EUR: 90, GBP: 80 };

const byId = ({ id }: { id: string }) => posts.find((post) => post.id === id);
const comments = ({ comments }: Post, { limit }: { limit: number }) =>
  comments.slice(0, limit).map((text) => ({ text }));
const price = (_: unknown, { currency }: { currency: string }) => RATES[currency];
const self = (post: Post) => post;
const post = { comments, price, related: self, heading: ({ id }: Post) => `heading of ${id}` };

const content: FixtureSubgraph = {
  name: 'content',
  sdl: `
    type Query { posts: [Post!]! article: Article }
    interface Post { id: ID! heading: String comments(limit: Int! = 2): [Comment!] price(currency: String!): Int related: Post }
    type Article implements Post @key(fields: "id") {
      id: ID! heading: String comments(limit: Int! = 2): [Comment!] price(currency: String!): Int related: Post }
    type Note implements Post @key(fields: "id") {
      id: ID! heading: String comments(limit: Int! = 2): [Comment!] price(currency: String!): Int related: Post }
    type Comment @shareable { text: String length(unit: String!): Int }
  `,
  resolvers: {
    Query: { posts: () => posts, article: () => posts[0] },
    Post: { __resolveType: ({ __typename }: Post) => __typename },
    Article: { __resolveReference: byId, ...post },
    Note: { __resolveReference: byId, ...post },
    Comment: { length: (_: unknown, { unit }: { unit: string }) => (unit === 'bytes' ? 8 : 1) },
  },
};

type Given = Record<string, unknown> & { readonly id: string };
const say = (given: unknown) => JSON.stringify(given);

const insights: FixtureSubgraph = {
  name: 'insights',
  sdl: `
    interface Post { id: ID! comments(limit: Int! = 2): [Comment!] price(currency: String!): Int }
    type Article implements Post @key(fields: "id") {
      id: ID!
      comments(limit: Int! = 2): [Comment!] @external
      price(currency: String!): Int @external
      related: Post @external
      three: String @requires(fields: "comments(limit: 3) { text }")
      usual: String @requires(fields: "comments { text }")
      dollars: String @requires(fields: "price(currency: \\"USD\\")")
      euros: String @requires(fields: "price(currency: \\"EUR\\")")
      bytes: String @requires(fields: "comments(limit: 1) { length(unit: \\"bytes\\") }")
      letters: String @requires(fields: "comments(limit: 1) { length(unit: \\"letters\\") }")
      relatedPrice: String @requires(fields: "related { price(currency: \\"EUR\\") ... on Note { id } }")
      plain: String
    }
    type Note implements Post @key(fields: "id") {
      id: ID!
      comments(limit: Int! = 2): [Comment!] @external
      price(currency: String!): Int @external
      three: String @requires(fields: "comments(limit: 3) { text }")
      dollars: String @requires(fields: "price(currency: \\"USD\\")")
    }
    type Comment @shareable { text: String length(unit: String!): Int }
  `,
  resolvers: {
    Post: { __resolveType: () => 'Article' },
    Article: {
      __resolveReference: (given: Given) => given,
      three: ({ comments }: Given) => say(comments),
      usual: ({ comments }: Given) => say(comments),
      dollars: ({ price }: Given) => say(price),
      euros: ({ price }: Given) => say(price),
      bytes: ({ comments }: Given) => say(comments),
      letters: ({ comments }: Given) => say(comments),
      relatedPrice: ({ related }: Given) => say((related as Given).price),
      plain: ({ id }: Given) => `plain ${id}`,
    },
    Note: {
      __resolveReference: (given: Given) => given,
      three: ({ comments }: Given) => say(comments),
      dollars: ({ price }: Given) => say(price),
    },
  },
};

const taxes: FixtureSubgraph = {
  name: 'taxes',
  sdl: `
    type Article @key(fields: "id") {
      id: ID!
      price(currency: String!): Int @external
      euros: String @external
      pounds: String @requires(fields: "price(currency: \\"GBP\\")")
      both: String @requires(fields: "euros price(currency: \\"USD\\")")
    }
  `,
  resolvers: {
    Article: {
      __resolveReference: (given: Given) => given,
      pounds: ({ price }: Given) => say(price),
      both: ({ euros, price }: Given) => say({ euros, price }),
    },
  },
};

export const BLOG: readonly FixtureSubgraph[] = [content, insights, taxes];

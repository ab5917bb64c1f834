/**
 * The data and the schemas behind the `heavy`, `small`, `wide` and `mutation`
 * workloads: four subgraphs whose entities refer to each other in circles.
 *
 * @module
 */
import type { FixtureResolvers } from '../support/federation-fixture.ts';

const USERS = 6;
const PRODUCTS = 9;
const REVIEWS = 25;
/** Entities of the `wide` workload. */
export const WIDE = 2000;

interface Review {
  readonly id: string;
  readonly body: string;
  readonly user: number;
  readonly product: number;
}

const reviews: readonly Review[] = Array.from({ length: REVIEWS }, (_, index) => ({
  id: String(index + 1),
  body: `Review number ${index + 1}: it does what it says, and the box was easy to open.`,
  user: index % USERS,
  product: (index * 5) % PRODUCTS,
}));

const userId = (index: number) => String(index + 1);
const upc = (index: number) => `p${index + 1}`;
const indexOf = (id: string) => Number(id.replace(/\D/g, '')) - 1;

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable", "@authenticated", "@requiresScopes"])\n`;

/** One subgraph of the shop; `protectedSdl` carries authorization directives, `sdl` does not. */
export interface ShopSubgraph {
  readonly name: string;
  readonly sdl: string;
  readonly resolvers: FixtureResolvers;
}

/** Scopes that the protected shop asks for. */
export const SHOP_SCOPES = 'users:read reviews:read prices:read';

/** @param isProtected Whether types and fields carry authorization directives. */
export function shopSubgraphs(isProtected: boolean): readonly ShopSubgraph[] {
  const scoped = (scope: string) => (isProtected ? `@requiresScopes(scopes: [["${scope}"]])` : '');
  const known = isProtected ? '@authenticated' : '';
  return [
    {
      name: 'accounts',
      sdl: `${LINK}
        type Query { me: User users: [User!]! crowd: [User!]! }
        type Mutation { rename(id: ID!, name: String!): User }
        type User @key(fields: "id") { id: ID! name: String! ${scoped('users:read')} username: String! ${known} birthday: Int }`,
      resolvers: {
        Query: {
          me: () => user(0),
          users: () => Array.from({ length: USERS }, (_, index) => user(index)),
          crowd: () => Array.from({ length: WIDE }, (_, index) => user(index)),
        },
        Mutation: {
          rename: (_: unknown, { id, name }: { id: string; name: string }) => ({
            ...user(indexOf(id)),
            name,
          }),
        },
        User: { __resolveReference: ({ id }: { id: string }) => user(indexOf(id)) },
      },
    },
    {
      name: 'products',
      sdl: `${LINK}
        type Query { topProducts(first: Int = 5): [Product!]! }
        type Product @key(fields: "upc") { upc: ID! name: String! price: Int! ${scoped('prices:read')} weight: Int! }`,
      resolvers: {
        Query: {
          topProducts: (_: unknown, { first }: { first: number }) =>
            Array.from({ length: first }, (_, index) => product(index)),
        },
        Product: {
          __resolveReference: ({ upc: key }: { upc: string }) => product(indexOf(key)),
        },
      },
    },
    {
      name: 'reviews',
      sdl: `${LINK}
        type Review @key(fields: "id") ${scoped('reviews:read')} { id: ID! body: String! author: User! product: Product! }
        type User @key(fields: "id") { id: ID! reviews: [Review!]! score: Int! }
        type Product @key(fields: "upc") { upc: ID! reviews: [Review!]! }`,
      resolvers: {
        User: {
          __resolveReference: (reference: unknown) => reference,
          reviews: ({ id }: { id: string }) =>
            reviews.filter((review) => review.user === indexOf(id)),
          score: ({ id }: { id: string }) => indexOf(id) % 100,
        },
        Product: {
          __resolveReference: (reference: unknown) => reference,
          reviews: ({ upc: key }: { upc: string }) =>
            reviews.filter((review) => review.product === indexOf(key)),
        },
        Review: {
          author: (review: Review) => ({ __typename: 'User', id: userId(review.user) }),
          product: (review: Review) => ({ __typename: 'Product', upc: upc(review.product) }),
        },
      },
    },
    {
      name: 'inventory',
      sdl: `${LINK}
        type User @key(fields: "id") { id: ID! wishes: Int! }
        type Product @key(fields: "upc") {
          upc: ID! weight: Int! @external price: Int! @external
          inStock: Boolean!
          shippingEstimate: Int! @requires(fields: "price weight") ${scoped('prices:read')}
        }`,
      resolvers: {
        User: {
          __resolveReference: (reference: unknown) => reference,
          wishes: ({ id }: { id: string }) => indexOf(id) % 7,
        },
        Product: {
          __resolveReference: (reference: unknown) => reference,
          inStock: ({ upc: key }: { upc: string }) => indexOf(key) % 2 === 0,
          shippingEstimate: ({ price, weight }: { price: number; weight: number }) =>
            price > 1000 ? 0 : Math.round(weight / 2),
        },
      },
    },
  ];
}

function user(index: number) {
  return {
    id: userId(index),
    name: `Person ${index + 1}`,
    username: `person-${index + 1}`,
    birthday: 1000 + index,
  };
}

function product(index: number) {
  return { upc: upc(index), name: `Product ${index + 1}`, price: 300 * (index + 1), weight: 100 };
}

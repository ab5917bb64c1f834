import { CROSSING_QUESTION } from '../../gateway/cli/terminal/crossing-question.ts';

export type ContestantName =
  | 'stock'
  | 'meshgate'
  | 'meshgate, nothing remembered'
  | 'meshgate, deduplicated'
  | 'meshgate, all on'
  | 'meshgate, 1,000 tokens'
  | 'transport floor';

/** One question to every gateway, and what it stands for. */
export interface Workload {
  readonly name: WorkloadName;
  readonly about: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Simultaneous connections of the load. */
  readonly connections: number;
  /** Who is left out of it. */
  readonly without: readonly ContestantName[];
  /** Who else is left out, and how long it is warmed, where time is short; null leaves the workload out. */
  readonly quick: {
    readonly without: readonly ContestantName[];
    readonly warmSeconds: number;
  } | null;
}

export type WorkloadName = 'heavy' | 'small' | 'wide' | 'mutation' | 'mesh';

const PRODUCT = 'inStock name price shippingEstimate upc weight';
const USER = 'id username name';
const DEEP = `reviews { id body author { ${USER} reviews { id body product { ${PRODUCT} } } } }`;

/** Over the shop of `shop-data.ts`. */
export const SHOP_WORKLOADS: readonly Workload[] = [
  {
    name: 'heavy',
    about: 'users, their reviews, the products, their reviews … seven levels over four subgraphs',
    query: `query Heavy { users { ${USER} reviews { id body product { ${PRODUCT} ${DEEP} } } } topProducts(first: 5) { ${PRODUCT} ${DEEP} } }`,
    variables: {},
    connections: 50,
    without: [],
    quick: { without: ['meshgate, deduplicated', 'meshgate, 1,000 tokens'], warmSeconds: 2 },
  },
  {
    name: 'small',
    about: 'one fetch, three fields',
    query: 'query Small { me { id name username } }',
    variables: {},
    connections: 50,
    without: [],
    quick: {
      without: ['meshgate, nothing remembered', 'meshgate, 1,000 tokens'],
      warmSeconds: 1,
    },
  },
  {
    name: 'wide',
    about: '2,000 entities joined over three subgraphs',
    query: 'query Wide { crowd { id name username score wishes } }',
    variables: {},
    connections: 10,
    without: ['meshgate, deduplicated'],
    quick: { without: ['meshgate, all on', 'meshgate, 1,000 tokens'], warmSeconds: 1 },
  },
  {
    name: 'mutation',
    about: 'one mutation with variables',
    query: 'mutation Rename($id: ID!, $name: String!) { rename(id: $id, name: $name) { id name } }',
    variables: { id: '1', name: 'Renamed' },
    connections: 50,
    without: ['meshgate, deduplicated'],
    quick: null,
  },
];

/** Over the six data products of this repository. */
export const MESH_WORKLOADS: readonly Workload[] = [
  {
    name: 'mesh',
    about: 'the question of the README over five data products and their PostgreSQL',
    query: CROSSING_QUESTION.replace(/\s+/g, ' '),
    variables: {},
    connections: 20,
    without: [],
    quick: null,
  },
];

export const WORKLOADS: readonly Workload[] = [...SHOP_WORKLOADS, ...MESH_WORKLOADS];

import { CROSSING_QUESTION } from '../../gateway/cli/terminal/crossing-question.ts';

export type ContestantName =
  | 'stock'
  | 'meshgate'
  | 'meshgate, nothing remembered'
  | 'meshgate, deduplicated'
  | 'meshgate, all on'
  | 'meshgate, all on but directives'
  | 'meshgate, 1,000 tokens'
  | 'transport floor'
  | 'meshgate, nothing kept'
  | 'meshgate, entities kept'
  | 'meshgate, answers kept'
  | 'bare route';

/** One question to every gateway, and what it stands for. */
export interface Workload {
  readonly name: WorkloadName;
  readonly about: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Simultaneous connections of the load. */
  readonly connections: number;
  /** Each request carries a value of its own in this header; null sends none. */
  readonly freshHeader: string | null;
  /** The contestants that others are compared with. */
  readonly base: ContestantName;
  readonly floor: ContestantName;
  /** Who is left out of it. */
  readonly without: readonly ContestantName[];
  /** Who else is left out, and how long it is warmed, where time is short; null leaves the workload out. */
  readonly quick: {
    readonly without: readonly ContestantName[];
    readonly warmSeconds: number;
  } | null;
}

export type WorkloadName =
  | 'heavy'
  | 'small'
  | 'wide'
  | 'mutation'
  | 'kept heavy'
  | 'kept small'
  | 'never the same'
  | 'mesh';

/** Forwarded to the subgraphs of the kept workloads. */
export const FRESH_HEADER = 'x-run';

const PRODUCT = 'inStock name price shippingEstimate upc weight';
const USER = 'id username name';
const DEEP = `reviews { id body author { ${USER} reviews { id body product { ${PRODUCT} } } } }`;

const HEAVY = `query Heavy { users { ${USER} reviews { id body product { ${PRODUCT} ${DEEP} } } } topProducts(first: 5) { ${PRODUCT} ${DEEP} } }`;
const SMALL = 'query Small { me { id name username } }';

/** What most workloads have in common. */
const PLAIN = {
  variables: {},
  connections: 50,
  freshHeader: null,
  base: 'meshgate',
  floor: 'transport floor',
  without: [],
} as const;

/** Over the shop of `shop-data.ts`. */
export const SHOP_WORKLOADS: readonly Workload[] = [
  {
    ...PLAIN,
    name: 'heavy',
    about: 'users, their reviews, the products, their reviews … seven levels over four subgraphs',
    query: HEAVY,
    without: ['meshgate, all on but directives'],
    quick: { without: ['meshgate, deduplicated', 'meshgate, 1,000 tokens'], warmSeconds: 2 },
  },
  {
    ...PLAIN,
    name: 'small',
    about: 'one fetch, three fields',
    query: SMALL,
    quick: {
      without: [
        'meshgate, nothing remembered',
        'meshgate, all on but directives',
        'meshgate, 1,000 tokens',
      ],
      warmSeconds: 1,
    },
  },
  {
    ...PLAIN,
    name: 'wide',
    about: '2,000 entities joined over three subgraphs',
    query: 'query Wide { crowd { id name username score wishes } }',
    connections: 10,
    without: ['meshgate, deduplicated', 'meshgate, all on but directives'],
    quick: { without: ['meshgate, all on', 'meshgate, 1,000 tokens'], warmSeconds: 1 },
  },
  {
    ...PLAIN,
    name: 'mutation',
    about: 'one mutation with variables',
    query: 'mutation Rename($id: ID!, $name: String!) { rename(id: $id, name: $name) { id name } }',
    variables: { id: '1', name: 'Renamed' },
    without: ['meshgate, deduplicated', 'meshgate, all on but directives'],
    quick: null,
  },
];

/** Over the same shop, whose subgraphs allow everything to be kept. */
export const KEPT_WORKLOADS: readonly Workload[] = [
  {
    ...PLAIN,
    name: 'kept heavy',
    about: 'heavy, and the subgraphs allow their answers to be kept for an hour',
    query: HEAVY,
    base: 'meshgate, nothing kept',
    floor: 'bare route',
    quick: null,
  },
  {
    ...PLAIN,
    name: 'kept small',
    about: 'small, and the subgraphs allow their answers to be kept for an hour',
    query: SMALL,
    base: 'meshgate, nothing kept',
    floor: 'bare route',
    quick: null,
  },
];

/** Over the same, by processes that have seen nothing yet. */
export const COLD_WORKLOADS: readonly Workload[] = [
  {
    ...PLAIN,
    name: 'never the same',
    about:
      'kept heavy, each request with a forwarded header of its own, so that nothing kept is of use',
    query: HEAVY,
    freshHeader: FRESH_HEADER,
    base: 'meshgate, nothing kept',
    floor: 'bare route',
    quick: null,
  },
];

/** Over the six data products of this repository. */
export const MESH_WORKLOADS: readonly Workload[] = [
  {
    ...PLAIN,
    name: 'mesh',
    about: 'the question of the README over five data products and their PostgreSQL',
    query: CROSSING_QUESTION.replace(/\s+/g, ' '),
    connections: 20,
    quick: null,
  },
];

export const WORKLOADS: readonly Workload[] = [
  ...SHOP_WORKLOADS,
  ...KEPT_WORKLOADS,
  ...COLD_WORKLOADS,
  ...MESH_WORKLOADS,
];

import { SHOP_SCOPES } from './shop-data.ts';

/** One question to every gateway, and what it stands for. */
export interface Workload {
  readonly name: 'heavy' | 'small' | 'wide' | 'mutation';
  readonly about: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Simultaneous connections of the load. */
  readonly connections: number;
}

export const BENCH_SCOPES = SHOP_SCOPES;

const PRODUCT = 'inStock name price shippingEstimate upc weight';
const USER = 'id username name';
const DEEP = `reviews { id body author { ${USER} reviews { id body product { ${PRODUCT} } } } }`;

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'heavy',
    about: 'users, their reviews, the products, their reviews … seven levels over four subgraphs',
    query: `query Heavy { users { ${USER} reviews { id body product { ${PRODUCT} ${DEEP} } } } topProducts(first: 5) { ${PRODUCT} ${DEEP} } }`,
    variables: {},
    connections: 50,
  },
  {
    name: 'small',
    about: 'one fetch, three fields',
    query: 'query Small { me { id name username } }',
    variables: {},
    connections: 50,
  },
  {
    name: 'wide',
    about: '2,000 entities joined over three subgraphs',
    query: 'query Wide { crowd { id name username score wishes } }',
    variables: {},
    connections: 10,
  },
  {
    name: 'mutation',
    about: 'one mutation with variables',
    query: 'mutation Rename($id: ID!, $name: String!) { rename(id: $id, name: $name) { id name } }',
    variables: { id: '1', name: 'Renamed' },
    connections: 50,
  },
];

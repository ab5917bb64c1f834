import { expect, test } from 'vitest';

import { loadConfig } from '../../../../gateway/config/load-config.ts';
import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';

type Environment = Record<string, string>;

/** The problems a configuration is refused for; none when it is accepted. */
function problemsOf(env: Environment, fileText: string | null = null): unknown {
  try {
    loadConfig(env, fileText);
    return [];
  } catch (error) {
    if (!(error instanceof MeshgateError)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    return error.details.problems;
  }
}

const issuer = {
  issuer: 'https://id.example',
  audiences: ['mesh'],
  jwks: 'https://id.example/jwks',
};
const withIssuer = (changes: object): Environment => ({
  ISSUERS: JSON.stringify([{ ...issuer, ...changes }]),
});

test('starts with the defaults of production when nothing is set', () => {
  expect(loadConfig({}, null)).toEqual({
    MODE: 'production',
    HOST: '127.0.0.1',
    PORT: 4000,
    LOG_FILE: null,
    LOG_LEVEL: 'info',
    DRAIN_MS: 10_000,
    TRUST_PROXY: [],
    WORKERS: 1,
    CORS_ORIGINS: [],
    SUPERGRAPH_FILE: null,
    PRODUCTS_FOLDER: null,
    BODY_BYTES: 1_048_576,
    DOCUMENT_TOKENS: 5000,
    DOCUMENT_DEPTH: 25,
    DOCUMENT_ALIASES: 100,
    DOCUMENT_ROOT_FIELDS: 25,
    DOCUMENT_DIRECTIVES: 100,
    DOCUMENT_SELECTIONS: 20_000,
    REQUEST_TIMEOUT_MS: 30_000,
    RATE_LIMIT_REQUESTS: 0,
    RATE_LIMIT_WINDOW_SECONDS: 60,
    INTROSPECTION: false,
    PLAYGROUND: false,
    EXPLAIN_CACHE: 'off',
    DEDUPLICATE_QUERIES: false,
    PLANNING_THREADS: 1,
    PLANNING_TIMEOUT_MS: 5000,
    PLANNING_MEMORY_MB: 1024,
    PLANNING_QUEUE: 100,
    PLAN_CACHE_BYTES: 134_217_728,
    ANSWER_MEMORY_BYTES: 67_108_864,
    RESPONSE_CACHE_BYTES: 64 * 1024 * 1024,
    RESPONSE_CACHE_IN_REDIS: true,
    ENTITY_CACHE_IN_REDIS: true,
    RESPONSE_CACHE_SECRETS: [],
    CACHE_STATUS: false,
    CACHE_SHADOW_PERCENT: 0,
    AUTOMATIC_PERSISTED_QUERIES: true,
    PERSISTED_QUERIES_BYTES: 16 * 1024 * 1024,
    PERSISTED_QUERIES_TTL_SECONDS: 86_400,
    PERSISTED_OPERATIONS: 'off',
    PERSISTED_OPERATIONS_FILES: [],
    PERSISTED_OPERATIONS_REQUIRE_ID: false,
    SURROGATE_KEYS: false,
    CACHE_INVALIDATION_KEY: null,
    AUDIT: true,
    AUDIT_QUEUE: 10_000,
    AUDIT_WHEN_FULL: 'refuse',
    AUDIT_FAILING_SECONDS: 60,
    AUDIT_ENTITY_KEYS: 'none',
    AUDIT_KEYS_PER_FIELD: 100,
    AUDIT_KEY_SECRET: null,
    SUBGRAPH_URLS: {},
    SUBGRAPH_TIMEOUT_MS: 10_000,
    SUBGRAPH_CONNECTIONS: 64,
    SUBGRAPH_RESPONSE_BYTES: 16_777_216,
    SUBGRAPH_ERRORS: 'masked',
    FORWARD_HEADERS: [],
    SUBGRAPH_TRUST_KEY_FILE: null,
    SUBGRAPH_TOKEN_SECONDS: 60,
    AUTHORIZATION_MODE: 'filter',
    AUTHORIZATION_ERRORS: 'errors',
    INTROSPECTION_SHOWS: 'all',
    ENTITY_CACHE_BYTES: 67108864,
    ENTITY_CACHE_MISSING_SECONDS: 10,
    EXPLAIN_ACCESS: 'authenticated',
    POLICY_FOLDER: null,
    CLASSIFICATION_RULES: null,
    MASK_SECRET: null,
    GRANTS_TRUSTED_SECONDS: 5,
    ISSUERS: [],
    TOKEN_BYTES: 8192,
    TOKEN_COOKIE: null,
    DATABASE_URL: null,
    ROW_CLAIMS: ['regions'],
    REDIS_URL: null,
    REDIS_CLUSTER_NODES: [],
    REDIS_SENTINELS: [],
    REDIS_SENTINEL_NAME: 'mymaster',
    REDIS_SENTINEL_PASSWORD: null,
    REDIS_PASSWORD: null,
    REDIS_CA_FILE: null,
    REDIS_SERVER_NAME: null,
    REDIS_TIMEOUT_MS: 50,
    REQUIRE_AUTHENTICATION: false,
  });
});

test('opens introspection, playground and messages of subgraphs in development', () => {
  expect(loadConfig({ MODE: 'development' }, null)).toMatchObject({
    INTROSPECTION: true,
    PLAYGROUND: true,
    EXPLAIN_CACHE: 'authenticated',
    SUBGRAPH_ERRORS: 'passed',
  });
});

test('prefers what is set to what the mode suggests', () => {
  const env = { MODE: 'development', INTROSPECTION: 'false', SUBGRAPH_ERRORS: 'masked' };

  expect(loadConfig(env, 'playground: false')).toMatchObject({
    INTROSPECTION: false,
    PLAYGROUND: false,
    SUBGRAPH_ERRORS: 'masked',
  });
});

test('takes a setting from the environment before the file and from the file before the default', () => {
  const config = loadConfig({ PORT: '5001' }, 'port: 5002\ndocumentDepth: 9\n');

  expect(config).toMatchObject({ PORT: 5001, DOCUMENT_DEPTH: 9, DOCUMENT_ALIASES: 100 });
});

test('ignores variables of the environment that are no settings', () => {
  expect(problemsOf({ PATH: '/usr/bin', port: '1', HOSTNAME: 'host' })).toEqual([]);
});

test('reads the same settings from the environment and from a file', () => {
  const env = {
    TRUST_PROXY: '10.0.0.0/8, ::1,192.168.0.7,fd00::/8',
    CORS_ORIGINS: 'https://app.example,http://localhost:3000',
    FORWARD_HEADERS: 'X-Tenant,accept-language',
    SUBGRAPH_URLS: 'orders=http://127.0.0.1:4103/graphql, accounts=https://a.example/',
    ISSUERS: JSON.stringify([issuer]),
    ROW_CLAIMS: 'regions,https://acme.example/desk',
    PLAYGROUND: 'true',
    REDIS_URL: 'rediss://:secret@cache.example:6380',
    SUPERGRAPH_FILE: './supergraph.graphql',
    PORT: '0',
  };
  const fileText = `
trustProxy: [10.0.0.0/8, "::1", 192.168.0.7, fd00::/8]
corsOrigins: [https://app.example, http://localhost:3000]
forwardHeaders: [X-Tenant, accept-language]
subgraphUrls: { orders: http://127.0.0.1:4103/graphql, accounts: https://a.example/ }
issuers:
  - { issuer: https://id.example, audiences: [mesh], jwks: https://id.example/jwks }
rowClaims: [regions, https://acme.example/desk]
playground: true
redisUrl: rediss://:secret@cache.example:6380
supergraphFile: ./supergraph.graphql
port: 0
`;

  expect(loadConfig(env, null)).toEqual(loadConfig({}, fileText));
  expect(loadConfig(env, null)).toMatchObject({
    FORWARD_HEADERS: ['x-tenant', 'accept-language'],
    SUBGRAPH_URLS: { orders: 'http://127.0.0.1:4103/graphql', accounts: 'https://a.example/' },
    PORT: 0,
  });
});

test('completes an issuer with the usual claims and five seconds', () => {
  expect(loadConfig(withIssuer({}), null).ISSUERS).toEqual([
    {
      ...issuer,
      secret: null,
      introspection: null,
      subjectClaim: 'sub',
      scopeClaim: 'scope',
      roleClaim: 'roles',
      roleScopes: {},
      domainClaim: 'domain',
      purposeClaim: 'purpose',
      rowClaims: {},
      callers: null,
      clockToleranceSeconds: 5,
    },
  ]);
});

test('completes an introspection with two seconds to answer and half a minute of belief', () => {
  const introspection = {
    endpoint: 'https://id.example/ask',
    clientId: 'mesh',
    clientSecret: 'env:ASK',
  };

  expect(
    loadConfig(withIssuer({ jwks: null, introspection }), null).ISSUERS[0]?.introspection,
  ).toEqual({
    ...introspection,
    timeoutMs: 2000,
    cacheSeconds: 30,
  });
});

const NODES = { REDIS_CLUSTER_NODES: 'cache:7000,[::1]:7001' };

test.each<[Readonly<Record<string, string | undefined>>, string]>([
  [
    { REDIS_URL: undefined },
    'REDIS_CLUSTER_NODES: expected none without REDIS_URL, which says how to speak to them',
  ],
  [
    { REDIS_URL: 'redis://cache/2' },
    'REDIS_URL: expected no database, because a cluster has one only',
  ],
  [{ REDIS_CLUSTER_NODES: 'cache' }, 'REDIS_CLUSTER_NODES[0]: expected host:port'],
  [{ REDIS_CLUSTER_NODES: 'a:1,b:70000' }, 'REDIS_CLUSTER_NODES[1]: expected host:port'],
])(
  'a cluster of Redis with %j is refused',
  (env: Readonly<Record<string, string | undefined>>, problem) => {
    expect(problemsOf({ REDIS_URL: 'redis://cache', ...NODES, ...env })).toEqual([problem]);
  },
);

test.each<[Readonly<Record<string, string | undefined>>, string]>([
  [
    { REDIS_URL: undefined },
    'REDIS_SENTINELS: expected none without REDIS_URL, which says how to speak to them',
  ],
  [
    NODES,
    'REDIS_SENTINELS: expected none with REDIS_CLUSTER_NODES, because a cluster has no sentinels',
  ],
  [{ REDIS_SENTINELS: 'watcher' }, 'REDIS_SENTINELS[0]: expected host:port'],
])(
  'sentinels of Redis with %j are refused',
  (env: Readonly<Record<string, string | undefined>>, problem) => {
    const settings = { REDIS_URL: 'redis://cache/2', REDIS_SENTINELS: 'watcher:26379' };

    expect(problemsOf({ ...settings, ...env })).toEqual([problem]);
  },
);

test('freezes the configuration through and through', () => {
  const config = loadConfig(withIssuer({}), null);

  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.ISSUERS[0]?.audiences)).toBe(true);
  expect(() => Object.assign(config.SUBGRAPH_URLS, { orders: 'http://x' })).toThrow(TypeError);
});

test('reports all problems at once, each with the spelling of its source', () => {
  const fileText =
    'bodyBytes: 1\ndocumentDepth: deep\nsubgraphTimoutMs: 5\nforwardHeaders: [a, host]';

  expect(problemsOf({ PORT: '70000', MODE: 'prod' }, fileText)).toEqual([
    'subgraphTimoutMs in the configuration file is not a setting; did you mean subgraphTimeoutMs?',
    'MODE: expected one of development, production',
    'PORT: expected a whole number from 0 to 65535 (TCP port)',
    'bodyBytes in the configuration file: expected a whole number from 1024 to 67108864 (bytes)',
    'documentDepth in the configuration file: expected a whole number from 1 to 1000 (levels)',
    'forwardHeaders[1] in the configuration file: expected a header that the gateway does not write itself',
  ]);
});

test('puts all problems into the message, one a line', () => {
  expect(() => loadConfig({ PORT: 'x', HOST: '' }, null)).toThrow(
    'The configuration is not valid:\n' +
      '  HOST: expected text that is not empty\n' +
      '  PORT: expected a whole number from 0 to 65535 (TCP port)',
  );
});

test('never repeats a value, as it may be a secret', () => {
  const secret = 'hunter2';
  const env = Object.fromEntries(
    Object.keys(loadConfig({}, null)).map((name) => [name, `${secret}\u0000=${secret}`]),
  );
  const fileTexts = [
    `redisUrl: ${secret}`,
    `issuers: ${secret}`,
    `issuers: [{ issuer: ${secret}, audiences: ${secret}, jwks: "http://${secret}/" }]`,
    `subgraphUrls: { orders: ${secret} }`,
    `redisUrl: "${secret}`,
    `redisUrl: *${secret}`,
    secret,
  ];

  expect(JSON.stringify(problemsOf(env))).not.toContain(secret);
  for (const fileText of fileTexts) {
    const problems = problemsOf({}, fileText);
    expect(problems).not.toEqual([]);
    expect(JSON.stringify(problems)).not.toContain(secret);
  }
});

test.each(['yes', 'TRUE', '1', '', ' true'])(
  'refuses %j as a flag rather than reading it as false',
  (value) => {
    expect(problemsOf({ INTROSPECTION: value })).toEqual(['INTROSPECTION: expected true or false']);
  },
);

test.each(['', ' ', '-1', '1e3', '0x10', '4000.5', '4000 ', 'NaN', '99999999999999999999'])(
  'refuses %j as a number rather than guessing',
  (value) => {
    expect(problemsOf({ PORT: value })).toEqual([
      'PORT: expected a whole number from 0 to 65535 (TCP port)',
    ]);
  },
);

test.each([
  ['port: "4001"', { PORT: 4001 }],
  ['port: 4001', { PORT: 4001 }],
  ['introspection: "true"', { INTROSPECTION: true }],
  ['redisUrl: null', { REDIS_URL: null }],
  ['corsOrigins: https://app.example', { CORS_ORIGINS: ['https://app.example'] }],
  ['{"port": 4001}', { PORT: 4001 }],
])('reads %j from a file', (fileText, expected) => {
  expect(loadConfig({}, fileText)).toMatchObject(expected);
});

test.each(['port: true', 'port: [4000]', 'port: null', 'port: 40.5', 'port: .inf', 'port: {}'])(
  'refuses %j in a file',
  (fileText) => {
    expect(problemsOf({}, fileText)).toEqual([
      'port in the configuration file: expected a whole number from 0 to 65535 (TCP port)',
    ]);
  },
);

test.each(['', '# nothing\n', '---\n', '{}'])('takes %j for an empty file', (fileText) => {
  expect(problemsOf({}, fileText)).toEqual([]);
});

test.each([
  ['a: [', ['the configuration file is not YAML at line 1, column 5 (BAD_INDENT)']],
  ['port: 1\nport: 2', ['the configuration file is not YAML at line 2, column 1 (DUPLICATE_KEY)']],
  ['a: 1\n---\nb: 2', ['the configuration file is not YAML at line 2, column 1 (MULTIPLE_DOCS)']],
  ['- port', ['the configuration file must be a mapping of settings to values']],
  ['port', ['the configuration file must be a mapping of settings to values']],
  ['port: *other', ['the configuration file has an alias that cannot be resolved']],
  ['PORT: 1', ['PORT in the configuration file is not a setting; did you mean port?']],
  ['colour: red', ['colour in the configuration file is not a setting; remove it']],
  ['__proto__: 1', ['__proto__ in the configuration file is not a setting; remove it']],
  ['config_file: x', ['config_file in the configuration file is not a setting; remove it']],
])('explains what is wrong with the file %j', (fileText, problems) => {
  expect(problemsOf({}, fileText)).toEqual(problems);
});

test('survives a file of aliases that multiply', () => {
  const lines = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`);

  expect(problemsOf({}, ['a0: &a0 [x]', ...lines].join('\n'))).toEqual([
    'the configuration file has an alias that cannot be resolved',
  ]);
});

test.each([
  ['https://app.example/', 'a path'],
  ['https://app.example/x', 'a path'],
  ['app.example', 'no scheme'],
  ['*', 'everyone'],
  ['null', 'sandboxed pages'],
])('refuses %j as an origin: %s', (origin) => {
  expect(problemsOf({ CORS_ORIGINS: origin })).toEqual([
    'CORS_ORIGINS[0]: expected an origin such as https://app.example.com, without a path',
  ]);
});

test.each([
  'true',
  '10.0.0.0/33',
  '10.0.0',
  '::1/129',
  '10.0.0.0/8/8',
  '10.0.0.0/x',
  'proxy.example',
])('refuses %j as a proxy', (proxy) => {
  expect(problemsOf({ TRUST_PROXY: proxy })).toEqual([
    'TRUST_PROXY[0]: expected an IP address or a range such as 10.0.0.0/8',
  ]);
});

test.each(['Host', 'content-length', 'transfer-encoding', 'connection', 'x-request-id'])(
  'refuses to forward %s, which the gateway writes itself',
  (name) => {
    expect(problemsOf({ FORWARD_HEADERS: name })).toEqual([
      'FORWARD_HEADERS[0]: expected a header that the gateway does not write itself',
    ]);
  },
);

test('refuses to forward something that is no header name', () => {
  expect(problemsOf({ FORWARD_HEADERS: 'x tenant' })).toEqual([
    'FORWARD_HEADERS[0]: expected the name of a header',
  ]);
});

test('forwards authorization only when the gateway does not sign tokens for subgraphs', () => {
  const env = { FORWARD_HEADERS: 'authorization' };

  expect(problemsOf(env)).toEqual([]);
  expect(problemsOf({ SUBGRAPH_TRUST_KEY_FILE: 'key.json' })).toEqual([]);
  expect(problemsOf({ ...env, SUBGRAPH_TRUST_KEY_FILE: 'key.json' })).toEqual([
    'FORWARD_HEADERS: expected no authorization while SUBGRAPH_TRUST_KEY_FILE is set, which fills it',
  ]);
});

test.each([
  'orders',
  '=http://x',
  'orders=',
  'a=http://x,a=http://y',
  'a=http://x,',
  'a b=http://x',
])('refuses %j as URLs of subgraphs', (value) => {
  expect(problemsOf({ SUBGRAPH_URLS: value })).toEqual([
    'SUBGRAPH_URLS: expected name=value pairs separated by commas',
  ]);
});

test('refuses a URL of a subgraph that is not http', () => {
  expect(problemsOf({ SUBGRAPH_URLS: 'orders=ftp://x' })).toEqual([
    'SUBGRAPH_URLS.orders: expected an http or https URL',
  ]);
});

test.each(['__proto__', 'regions;drop', 'a b'])('refuses %j as a row claim', (name) => {
  expect(problemsOf({ ROW_CLAIMS: name })).toEqual(['ROW_CLAIMS[0]: expected the name of a claim']);
});

test.each([
  'https://id.example/jwks',
  'http://127.0.0.1:9000/jwks',
  'http://127.8.0.1/jwks',
  'http://localhost/jwks',
  'http://[::1]:9000/jwks',
  './keys/issuer.jwks.json',
  '/etc/meshgate/issuer.jwks.json',
])('takes keys from %s', (jwks) => {
  expect(problemsOf(withIssuer({ jwks }))).toEqual([]);
});

test.each([
  'http://id.example/jwks',
  'HTTP://id.example/jwks',
  'http://127.0.0.1.evil.example/jwks',
  'http://localhost.evil.example/jwks',
  'ftp://127.0.0.1/jwks',
  'file:///etc/passwd',
  'https://',
])('takes no keys from %s', (jwks) => {
  expect(problemsOf(withIssuer({ jwks }))).toEqual([
    'ISSUERS[0].jwks: expected an https URL, an http URL of this machine, or a path of a file',
  ]);
});

test.each(['none', 'rs256', 'HS1'])('never accepts the algorithm %s', (algorithm) => {
  expect(problemsOf(withIssuer({ algorithms: ['RS256', algorithm] }))).toEqual([
    expect.stringMatching(/^ISSUERS\[0\]\.algorithms\[1\]: expected one of RS256, /),
  ]);
});

const introspection = {
  endpoint: 'https://id.example/ask',
  clientId: 'm',
  clientSecret: 'file:/s',
};

test.each([
  [{ algorithms: ['RS256', 'HS256'] }, 'algorithms: expected no HS algorithm without a secret'],
  [{ jwks: null }, 'jwks: expected one of jwks, secret and introspection'],
  [
    { secret: 'env:S' },
    'secret: expected no secret beside jwks, so that no public key can serve as a secret',
  ],
  [
    { jwks: null, secret: 'env:S', algorithms: ['HS256', 'RS256'] },
    'algorithms: expected HS algorithms only, as there is a secret',
  ],
  [
    { jwks: null, secret: 'not a reference' },
    'secret: expected env:NAME or file:PATH, which say where the secret is',
  ],
  [
    { introspection: { ...introspection, endpoint: 'http://id.example/ask' } },
    'introspection.endpoint: expected an https URL, or an http URL of this machine',
  ],
  [
    { introspection: { ...introspection, clientSecret: 'hunter2' } },
    'introspection.clientSecret: expected env:NAME or file:PATH, which say where the secret is',
  ],
  [
    { introspection: { ...introspection, cacheSecond: 1 } },
    'introspection: expected no key cacheSecond (did you mean cacheSeconds?)',
  ],
  [
    { issuer: 'urn:meshgate:api-key' },
    'issuer: expected another name than one of this gateway itself',
  ],
])('says what does not fit together in an issuer: %j', (changes, problem) => {
  expect(problemsOf(withIssuer(changes))).toEqual([`ISSUERS[0].${problem}`]);
});

test('refuses a second issuer with introspection', () => {
  const issuers = [1, 2].map((n) => ({ ...issuer, issuer: `https://${n}.example`, introspection }));

  expect(problemsOf({ ISSUERS: JSON.stringify(issuers) })).toEqual([
    'ISSUERS[1].introspection: expected one issuer with introspection: a token that cannot be read does not say whom to ask',
  ]);
});

test.each([
  [{ audiences: [] }, 'ISSUERS[0].audiences: expected at least one audience'],
  [{ audiences: 'mesh' }, 'ISSUERS[0].audiences: expected a list of audiences'],
  [{ algorithms: [] }, 'ISSUERS[0].algorithms: expected at least one algorithm'],
  [{ issuer: '' }, 'ISSUERS[0].issuer: expected text that is not empty'],
  [{ issuer: undefined }, 'ISSUERS[0].issuer: expected text'],
  [{ scopesClaim: 'x' }, 'ISSUERS[0]: expected no key scopesClaim (did you mean scopeClaim?)'],
  [{ colour: 'x' }, 'ISSUERS[0]: expected no key colour'],
  [
    { clockToleranceSeconds: 3600 },
    'ISSUERS[0].clockToleranceSeconds: expected a whole number of seconds from 0 to 300',
  ],
])('explains what is wrong with an issuer: %j', (changes, problem) => {
  expect(problemsOf(withIssuer(changes))).toEqual([problem]);
});

test.each(['', 'x', '{}', '"https://id.example"', '[', 'null'])(
  'refuses %j as a list of issuers',
  (value) => {
    expect(problemsOf({ ISSUERS: value })).toEqual(['ISSUERS: expected a JSON array of issuers']);
  },
);

test('refuses an element that is no issuer', () => {
  expect(problemsOf({ ISSUERS: '["https://id.example"]' })).toEqual([
    'ISSUERS[0]: expected an issuer such as {"issuer": …, "audiences": […], "jwks": …}',
  ]);
});

test('refuses two entries for one issuer, as a token must have one set of rules', () => {
  expect(
    problemsOf({ ISSUERS: JSON.stringify([issuer, { ...issuer, audiences: ['x'] }]) }),
  ).toEqual(['ISSUERS[1].issuer: expected each issuer once']);
});

test.each([
  [{ PERSISTED_OPERATIONS: 'only' }, /PERSISTED_OPERATIONS_FILES/],
  [{ PERSISTED_OPERATIONS_REQUIRE_ID: 'true' }, /PERSISTED_OPERATIONS_REQUIRE_ID/],
])('an operation list that is meant and not there is refused: %j', (env, message) => {
  expect(() => loadConfig(env, null)).toThrow(message);
});

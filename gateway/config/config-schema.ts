/**
 * Every setting of the gateway, with unit, bounds, default and meaning.
 *
 * The names are those of the environment; a configuration file has the same settings in camelCase.
 * `docs/reference/configuration.md` is generated from here.
 *
 * @module
 */
import { isIP } from 'node:net';

import { z } from 'zod';

import { auditSettings } from './audit-settings.ts';
import { authorizationSettings } from './authorization-settings.ts';
import { cacheSettings } from './cache-settings.ts';
import { documentSettings, findDocumentConflict } from './document-settings.ts';
import { identitySettings } from './identity-settings.ts';
import { findRedisProblems, redisSettings } from './redis-settings.ts';
import {
  choice,
  countOrAuto,
  flag,
  list,
  mapping,
  milliseconds,
  path,
  text,
  whole,
} from './setting-types.ts';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

/** Written by the gateway itself or bound to one connection (RFC 9110, 7.6.1), so never passed on. */
const HEADERS_NEVER_FORWARDED: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-request-id',
]);

const httpUrl = () => z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });

const headerName = () =>
  text()
    .toLowerCase()
    .regex(/^[!#$%&'*+.^_`|~\da-z-]+$/, { error: 'expected the name of a header' })
    .refine((name) => !HEADERS_NEVER_FORWARDED.has(name), {
      error: 'expected a header that the gateway does not write itself',
    });

const origin = () =>
  text().refine((value) => URL.canParse(value) && new URL(value).origin === value, {
    error: 'expected an origin such as https://app.example.com, without a path',
  });

const proxyAddress = () =>
  text().refine(isAddressRange, { error: 'expected an IP address or a range such as 10.0.0.0/8' });

/** What can be set. Defaults are those of production. */
export const settings = {
  MODE: choice('development', 'production')
    .default('production')
    .describe('Which defaults apply where a setting has one for each mode.'),

  HOST: text().default('127.0.0.1').describe('Address to listen on; `0.0.0.0` for all.'),
  PORT: whole('TCP port', 0, 65_535)
    .default(4000)
    .describe('Port to listen on; 0 takes a free one.'),
  WORKERS: countOrAuto('processes', 1, 64)
    .default(1)
    .describe('Processes that share the port; `auto` starts one for each core.'),
  LOG_LEVEL: choice('error', 'warn', 'info', 'debug', 'silent')
    .default('info')
    .describe('The least severe log lines that are written.'),
  LOG_FILE: path()
    .nullable()
    .default(null)
    .describe('File that log lines are appended to; unset writes them to standard output.'),
  DRAIN_MS: milliseconds(0, 600_000)
    .default(10_000)
    .describe('How long requests under way may take to end after a stop signal.'),
  TRUST_PROXY: list('addresses', proxyAddress())
    .default([])
    .describe('Proxies whose `x-forwarded-*` headers are believed; nobody else is.'),
  CORS_ORIGINS: list('origins', origin())
    .default([])
    .describe('Web origins whose pages may call this gateway.'),

  SUPERGRAPH_FILE: path()
    .nullable()
    .default(null)
    .describe('Supergraph SDL (Federation 2); `meshgate serve` needs it.'),
  PRODUCTS_FOLDER: path()
    .nullable()
    .default(null)
    .describe(
      'Folder of data product folders: the playground offers their example operations, and `ROW_CLAIMS` must name the claims of their row rules, and each of them is told no other claims.',
    ),

  BODY_BYTES: whole('bytes', KIBIBYTE, 64 * MEBIBYTE)
    .default(MEBIBYTE)
    .describe('Largest request body.'),
  DOCUMENT_TOKENS: whole('tokens', 10, 1_000_000)
    .default(5000)
    .describe('Most lexical tokens in a document.'),
  DOCUMENT_DEPTH: whole('levels', 1, 1000)
    .default(25)
    .describe('Deepest nesting of fields, fragments resolved.'),
  DOCUMENT_ALIASES: whole('aliases', 0, 100_000)
    .default(100)
    .describe('Most aliases in an operation, fragments resolved.'),
  DOCUMENT_ROOT_FIELDS: whole('fields', 1, 10_000)
    .default(25)
    .describe('Most root fields in an operation, fragments resolved.'),
  DOCUMENT_DIRECTIVES: whole('directives', 0, 100_000)
    .default(100)
    .describe('Most directives in an operation, fragments resolved.'),
  DOCUMENT_SELECTIONS: whole('selections', 10, 1_000_000)
    .default(20_000)
    .describe('Most fields and fragments in an operation once its fragments are written out.'),
  REQUEST_TIMEOUT_MS: milliseconds(1, 600_000)
    .default(30_000)
    .describe('Budget for one request, from its last byte to the answer.'),
  RATE_LIMIT_REQUESTS: whole('requests', 0, 1_000_000_000)
    .default(0)
    .describe(
      'Requests one caller may send at once, coming back evenly in a window; 0 sets no limit. Without Redis, each worker admits an equal share.',
    ),
  RATE_LIMIT_WINDOW_SECONDS: whole('seconds', 1, 86_400)
    .default(60)
    .describe('Length of that window.'),

  INTROSPECTION: flag()
    .optional()
    .describe('Whether clients may introspect the supergraph.')
    .meta({ byMode: { development: true, production: false } }),
  PLAYGROUND: flag()
    .optional()
    .describe('Whether `/playground` is served.')
    .meta({ byMode: { development: true, production: false } }),
  PLANNING_THREADS: whole('threads', 1, 64)
    .default(1)
    .describe('Threads of each process that plan operations; each holds a planner of its own.'),
  PLANNING_TIMEOUT_MS: milliseconds(1, 600_000)
    .default(5000)
    .describe('Time for planning one operation, and for waiting until it is its turn.'),
  PLANNING_MEMORY_MB: whole('MiB', 64, 65_536)
    .default(1024)
    .describe('Most memory of one planning thread, supergraph and planner included.'),
  PLANNING_QUEUE: whole('operations', 1, 100_000)
    .default(100)
    .describe('Most new operations that wait to be planned.'),
  PLAN_CACHE_BYTES: whole('bytes', MEBIBYTE, 64 * 1024 * MEBIBYTE)
    .default(128 * MEBIBYTE)
    .describe(
      'Memory for prepared operations in each process, by an estimate; the least recently used goes first.',
    ),
  ANSWER_MEMORY_BYTES: whole('bytes', 0, 64 * 1024 * MEBIBYTE)
    .default(64 * MEBIBYTE)
    .describe(
      'Memory in each process for how answers came about, by an estimate: where products answer the same bytes again, the answer is not put together again; 0 remembers nothing.',
    ),
  ...cacheSettings,
  ...documentSettings,
  DEDUPLICATE_QUERIES: flag()
    .default(false)
    .describe('Whether identical queries of one caller that are in flight together are run once.'),

  SUBGRAPH_URLS: mapping('URL', httpUrl())
    .default({})
    .describe('Where subgraphs are, instead of the URLs in the supergraph.'),
  SUBGRAPH_TIMEOUT_MS: milliseconds(1, 600_000)
    .default(10_000)
    .describe('Budget for one call to a subgraph.'),
  SUBGRAPH_CONNECTIONS: whole('connections', 1, 10_000)
    .default(64)
    .describe('Most open connections to each subgraph from each worker.'),
  SUBGRAPH_RESPONSE_BYTES: whole('bytes', KIBIBYTE, 1024 * MEBIBYTE)
    .default(16 * MEBIBYTE)
    .describe('Largest response of a subgraph.'),
  SUBGRAPH_ERRORS: choice('masked', 'passed')
    .optional()
    .describe('Whether messages of subgraphs that are not meant for clients reach them.')
    .meta({ byMode: { development: 'passed', production: 'masked' } }),
  FORWARD_HEADERS: list('header names', headerName())
    .default([])
    .describe("Headers of the client's request that are passed to subgraphs."),
  SUBGRAPH_TRUST_KEY_FILE: path()
    .nullable()
    .default(null)
    .describe('Private Ed25519 JWK that signs the tokens for subgraphs; unset sends none.'),
  SUBGRAPH_TOKEN_SECONDS: whole('seconds', 10, 3600)
    .default(60)
    .describe('Lifetime of a token for a subgraph.'),

  ...identitySettings,
  ...authorizationSettings,
  ...auditSettings,

  ...redisSettings,
} as const;

/** All settings at once, with what depends on several of them. */
export const configSchema = z
  .strictObject(settings)
  .superRefine((config, context) => {
    for (const problem of findRedisProblems(config)) {
      context.addIssue({ code: 'custom', path: [problem.setting], message: problem.message });
    }
    if (config.SUBGRAPH_TRUST_KEY_FILE === null) return;
    if (!config.FORWARD_HEADERS.includes('authorization')) return;
    context.addIssue({
      code: 'custom',
      path: ['FORWARD_HEADERS'],
      message: 'expected no authorization while SUBGRAPH_TRUST_KEY_FILE is set, which fills it',
    });
  })
  .superRefine((config, context) => {
    const [setting, message] = findDocumentConflict(config) ?? [];
    if (setting !== undefined) context.addIssue({ code: 'custom', path: [setting], message });
  })
  .transform((config) => {
    const development = config.MODE === 'development';
    return {
      ...config,
      INTROSPECTION: config.INTROSPECTION ?? development,
      PLAYGROUND: config.PLAYGROUND ?? development,
      EXPLAIN_CACHE: config.EXPLAIN_CACHE ?? (development ? 'authenticated' : 'off'),
      SUBGRAPH_ERRORS: config.SUBGRAPH_ERRORS ?? (development ? 'passed' : 'masked'),
    };
  });

/** The configuration a gateway starts with; frozen through and through by `loadConfig`. */
export type GatewayConfig = Readonly<z.output<typeof configSchema>>;

/** Name of a setting as the environment spells it. */
export type SettingName = keyof typeof settings;

function isAddressRange(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

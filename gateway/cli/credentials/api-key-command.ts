import { type Command, InvalidArgumentError, Option } from 'commander';

import {
  type ApiKeyFacts,
  createApiKey,
  type IssuedApiKey,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from '../../control/credentials/api-key-store.ts';
import type { CommandTools } from '../command-tools.ts';
import { parseDuration } from '../parse-duration.ts';
import { renderColumns } from '../terminal/render-columns.ts';
import { withControlDatabase } from './with-control-database.ts';

interface TargetOptions {
  readonly data: string;
  readonly json?: true;
}

interface CreateOptions extends TargetOptions {
  readonly name: string;
  readonly owner: string;
  readonly scope: readonly string[];
  readonly role: readonly string[];
  readonly claim: Readonly<Record<string, readonly string[]>>;
  readonly domain?: string;
  readonly purpose: readonly string[];
  readonly ttl: number;
}

interface RotateOptions extends TargetOptions {
  readonly overlap: number;
  readonly ttl?: number;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@:/+-]{0,199}$/u;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const DAY_SECONDS = 86_400;

/**
 * Adds `meshgate api-key create`, `list`, `rotate` and `revoke`.
 *
 * @throws {MeshgateError} From the actions: `CONFIG_INVALID` and `DATABASE_UNAVAILABLE` without a
 *   database; `INPUT_INVALID` for a name that is taken or not known.
 */
export function addApiKeyCommand(program: Command, tools: CommandTools): void {
  const apiKey = program.command('api-key').description('credentials for programs');
  addCreate(apiKey, tools);
  withTarget(apiKey.command('list'))
    .description('show the keys in force')
    .option('--all', 'those that are revoked or expired too')
    .action(async (options: TargetOptions & { readonly all?: true }) => {
      const keys = await withControlDatabase(options.data, tools.env, (pool) =>
        listApiKeys(pool, options.all === true),
      );
      const text = options.json === true ? `${JSON.stringify(keys)}\n` : renderKeys(keys);
      tools.stdout.write(text);
    });
  withTarget(apiKey.command('rotate'))
    .argument('<name>', 'name or id of a key')
    .description('give a key a new secret; the old one stays valid for a while')
    .addOption(
      new Option('--overlap <duration>', 'how long the old secret stays valid, 0s for not at all')
        .argParser((given: string) => (given === '0s' ? 0 : parseDuration(given)))
        .default(DAY_SECONDS, '1d'),
    )
    .addOption(
      new Option(
        '--ttl <duration>',
        'how long the key is valid from now on (default: as before)',
      ).argParser(parseDuration),
    )
    .action(async (name: string, options: RotateOptions) => {
      const issued = await withControlDatabase(options.data, tools.env, (pool) =>
        rotateApiKey(pool, name, options.overlap, options.ttl ?? null),
      );
      printIssued(issued, options, tools);
    });
  withTarget(apiKey.command('revoke'))
    .argument('<name>', 'name or id of a key')
    .description('refuse a key from now on, everywhere')
    .action(async (name: string, options: TargetOptions) => {
      const facts = await withControlDatabase(options.data, tools.env, (pool) =>
        revokeApiKey(pool, name),
      );
      const said = `The API key ${facts.name} (${facts.id}) is revoked; gateways refuse it within a second.\n`;
      tools.stdout.write(options.json === true ? `${JSON.stringify(facts)}\n` : said);
    });
}

function addCreate(apiKey: Command, tools: CommandTools): void {
  withTarget(apiKey.command('create'))
    .description('make a key and print it, this once')
    .requiredOption('--name <name>', 'what the key is for', parseName)
    .requiredOption('--owner <owner>', 'who answers for it', parseName)
    .addOption(listOption('--scope <scopes>', 'scopes, separated by spaces', collectScopes))
    .addOption(listOption('--role <role>', 'a role; may be repeated', collectName))
    .addOption(
      new Option('--claim <name=value>', 'a row claim; a,b make a list; may be repeated')
        .argParser(collectClaim)
        .default({}, 'none'),
    )
    .option('--domain <name>', 'domain that the program belongs to', parseName)
    .addOption(
      listOption('--purpose <purpose>', 'what it may use data for; may be repeated', collectName),
    )
    .addOption(
      new Option('--ttl <duration>', 'how long it is valid, such as 12h or 90d')
        .argParser(parseDuration)
        .default(90 * DAY_SECONDS, '90d'),
    )
    .action(async (options: CreateOptions) => {
      const { name, owner, scope, role, claim, purpose, ttl } = options;
      const request = {
        name,
        owner,
        scopes: scope,
        roles: role,
        domain: options.domain ?? null,
        purposes: purpose,
        claims: claim,
        ttlSeconds: ttl,
      };
      const issued = await withControlDatabase(options.data, tools.env, (pool) =>
        createApiKey(pool, request),
      );
      printIssued(issued, options, tools);
    });
}

function withTarget(command: Command): Command {
  return command
    .option('--data <folder>', 'data folder of a running mesh, without DATABASE_URL', '.meshgate')
    .option('--json', 'print the facts as JSON');
}

function listOption(
  flags: string,
  description: string,
  collect: (given: string, earlier: readonly string[]) => readonly string[],
): Option {
  return new Option(flags, description).argParser(collect).default([], 'none');
}

/** The key alone goes to standard output, so that it can go straight to where it is kept. */
function printIssued(
  issued: IssuedApiKey,
  { json }: TargetOptions,
  { stdout, stderr }: CommandTools,
): void {
  if (json === true) {
    stdout.write(`${JSON.stringify(issued)}\n`);
    return;
  }
  stdout.write(`${issued.key}\n`);
  const { name, id, expiresAt } = issued;
  stderr.write(
    `The API key ${name} (${id}) is valid until ${expiresAt}. It is not kept and cannot be shown again.\n`,
  );
}

function renderKeys(keys: readonly ApiKeyFacts[]): string {
  if (keys.length === 0) return 'There are no API keys.\n';
  return renderColumns(
    ['id', 'name', 'owner', 'scopes', 'expires', 'last used', 'state'],
    keys.map((key) => [
      key.id,
      key.name,
      key.owner,
      key.scopes.join(' '),
      key.expiresAt,
      key.lastUsedAt ?? 'never',
      toState(key),
    ]),
  );
}

function toState({ revokedAt, expiresAt }: ApiKeyFacts): string {
  if (revokedAt !== null) return `revoked ${revokedAt}`;
  return Date.parse(expiresAt) <= Date.now() ? 'expired' : 'in force';
}

function parseName(given: string): string {
  if (NAME.test(given)) return given;
  throw new InvalidArgumentError(
    'Expected 1 to 200 letters, digits, spaces and . _ @ : / + -, first a letter or digit.',
  );
}

function collectName(given: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, parseName(given)];
}

function collectScopes(given: string, earlier: readonly string[]): readonly string[] {
  const scopes = given.split(/\s+/).filter((scope) => scope !== '');
  if (scopes.every((scope) => SCOPE.test(scope))) return [...earlier, ...scopes];
  throw new InvalidArgumentError('Expected scopes of visible ASCII characters without " and \\.');
}

function collectClaim(
  given: string,
  earlier: CreateOptions['claim'],
): Readonly<Record<string, readonly string[]>> {
  const [, name, text] = /^([\w:./-]+)=([^\p{Cc}]*)$/u.exec(given) ?? [];
  if (name === undefined || text === undefined || name === '__proto__') {
    throw new InvalidArgumentError('Expected name=value.');
  }
  const before = Object.hasOwn(earlier, name) ? (earlier[name] ?? []) : [];
  return { ...earlier, [name]: [...before, ...text.split(',')] };
}

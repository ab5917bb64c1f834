import { type Command, InvalidArgumentError, Option } from 'commander';

import {
  listRevocations,
  type RevocationFacts,
  revoke,
  undoRevocation,
} from '../../control/credentials/revocation-store.ts';
import type { CommandTools } from '../command-tools.ts';
import { parseDuration } from '../parse-duration.ts';
import { renderColumns } from '../terminal/render-columns.ts';
import { withControlDatabase } from './with-control-database.ts';

const KINDS = ['jti', 'sub', 'kid'] as const;
const DAY_SECONDS = 86_400;

interface RevokeOptions {
  readonly jti?: string;
  readonly sub?: string;
  readonly kid?: string;
  readonly list?: true;
  readonly undo?: string;
  readonly issuer?: string;
  readonly reason?: string;
  readonly for: number;
  readonly data: string;
  readonly json?: true;
}

/**
 * Adds `meshgate revoke`.
 *
 * @throws {MeshgateError} From the action: `CONFIG_INVALID` and `DATABASE_UNAVAILABLE` without a
 *   database; `INPUT_INVALID` for a revocation that is not known.
 */
export function addRevokeCommand(program: Command, tools: CommandTools): void {
  const ways = ['jti', 'sub', 'kid', 'list', 'undo'];
  const way = (flags: string, description: string, name: string): Option =>
    new Option(flags, description).conflicts(ways.filter((other) => other !== name));
  const command = program
    .command('revoke')
    .description('refuse tokens and keys before their time, or show and undo that')
    .addOption(way('--jti <id>', 'one token, by its id', 'jti').argParser(parseValue))
    .addOption(
      way('--sub <subject>', 'all that a subject was issued until now', 'sub').argParser(
        parseValue,
      ),
    )
    .addOption(
      way('--kid <id>', 'all that a key has signed; an API key, by its id', 'kid').argParser(
        parseValue,
      ),
    )
    .addOption(way('--list', 'show what is revoked', 'list'))
    .addOption(way('--undo <id>', 'take one of these back', 'undo'))
    .option('--issuer <iss>', 'only of this issuer (default: of any)', parseValue)
    .option('--reason <text>', 'for those who look at the list', parseValue)
    .addOption(
      new Option('--for <duration>', 'how long it is remembered: longer than such tokens live')
        .argParser(parseDuration)
        .default(90 * DAY_SECONDS, '90d'),
    )
    .option('--data <folder>', 'data folder of a running mesh, without DATABASE_URL', '.meshgate')
    .option('--json', 'print the facts as JSON');
  command.action(async (options: RevokeOptions) => {
    const kind = KINDS.find((one) => options[one] !== undefined);
    if (options.list === true) return showAll(options, tools);
    if (options.undo !== undefined) return undo(options.undo, options, tools);
    if (kind === undefined) {
      command.error('error: expected one of --jti, --sub, --kid, --list and --undo');
    } else await revokeOne(kind, options[kind] ?? '', options, tools);
  });
}

async function revokeOne(
  kind: (typeof KINDS)[number],
  value: string,
  options: RevokeOptions,
  { env, stdout }: CommandTools,
): Promise<void> {
  const { issuer = null, reason = null, for: forSeconds } = options;
  const facts = await withControlDatabase(options.data, env, (pool) =>
    revoke(pool, { kind, value, issuer, reason, forSeconds }),
  );
  const said = `Revoked ${kind} ${value} (${facts.id}) until ${facts.expiresAt}; gateways refuse it within a second.\n`;
  stdout.write(options.json === true ? `${JSON.stringify(facts)}\n` : said);
}

async function showAll(options: RevokeOptions, { env, stdout }: CommandTools): Promise<void> {
  const revocations = await withControlDatabase(options.data, env, listRevocations);
  stdout.write(
    options.json === true ? `${JSON.stringify(revocations)}\n` : renderRevocations(revocations),
  );
}

async function undo(
  id: string,
  options: RevokeOptions,
  { env, stdout }: CommandTools,
): Promise<void> {
  const facts = await withControlDatabase(options.data, env, (pool) => undoRevocation(pool, id));
  const said = `The revocation of ${facts.kind} ${facts.value} is taken back.\n`;
  stdout.write(options.json === true ? `${JSON.stringify(facts)}\n` : said);
}

function renderRevocations(revocations: readonly RevocationFacts[]): string {
  if (revocations.length === 0) return 'Nothing is revoked.\n';
  return renderColumns(
    ['id', 'kind', 'value', 'issuer', 'until', 'reason'],
    revocations.map(({ id, kind, value, issuer, expiresAt, reason }) => [
      ...[id, kind, value, issuer ?? 'any', expiresAt, reason ?? ''],
    ]),
  );
}

function parseValue(given: string): string {
  if (given !== '' && given.length <= 1000 && !/\p{Cc}/u.test(given)) return given;
  throw new InvalidArgumentError(
    'Expected 1 to 1000 characters, none of them a control character.',
  );
}

import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';

import { type FieldHolder, findHolders } from '../../control/access/find-holders.ts';
import { findReaders, type Reader } from '../../control/audit/find-readers.ts';
import type { CommandTools } from '../command-tools.ts';
import { withControlDatabase } from '../credentials/with-control-database.ts';
import { parseDuration } from '../parse-duration.ts';
import { renderColumns } from '../terminal/render-columns.ts';
import { type TargetOptions, withTarget } from './access-options.ts';

interface HoldersOptions extends TargetOptions {
  readonly field: string;
  /** Seconds. */
  readonly unused: number;
}

const DAY_SECONDS = 86_400;
const COORDINATE = /^[_A-Za-z][_0-9A-Za-z]*\.[_A-Za-z][_0-9A-Za-z]*$/;

/** Adds `meshgate access holders`: who can see a field, and whether they still need to. */
export function addHoldersCommand(access: Command, tools: CommandTools): void {
  withTarget(access.command('holders'))
    .description('say who can see a field by a grant: why, since when, last used when, until when')
    .addOption(
      new Option('--field <Type.field>', 'such as Account.email')
        .argParser(parseCoordinate)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--unused <duration>', 'after how long without use a grant is to be removed')
        .argParser(parseDuration)
        .default(60 * DAY_SECONDS, '60d'),
    )
    .action(async ({ field, unused, data, json }: HoldersOptions) => {
      const since = new Date(Date.now() - unused * 1000);
      const found = await withControlDatabase(data, tools.env, async (pool) => {
        const holders = await findHolders(pool, field, unused / DAY_SECONDS);
        const readers = await findReaders(pool, { field, since, entity: null, limit: null });
        return { holders, others: readers.filter(isOther) };
      });
      tools.stdout.write(json === true ? `${JSON.stringify(found)}\n` : render(field, found));
    });
}

/** By what is in their tokens. */
function isOther({ seen, masked, grants }: Reader): boolean {
  return seen + masked > 0 && grants.length === 0;
}

function render(
  field: string,
  found: { readonly holders: readonly FieldHolder[]; readonly others: readonly Reader[] },
): string {
  const { holders, others } = found;
  const listed =
    holders.length === 0
      ? `Nobody has a grant for ${field}.\n`
      : renderColumns(
          ['grant', 'for', 'level', 'purpose', 'agreed by', 'why', 'since', 'last used', 'until'],
          holders.map(toRow),
        );
  const unused = holders.filter(({ isUnused }) => isUnused).map(({ grant }) => grant.id);
  const proposal =
    unused.length === 0
      ? ''
      : `Not used for long, so that they could be revoked: ${unused.join(', ')}.\n`;
  const names = others.map(({ subject, issuer }) => `${subject ?? 'somebody'} (${issuer ?? '-'})`);
  const rights =
    names.length === 0 ? '' : `Seen without a grant, by rights in a token: ${names.join(', ')}.\n`;
  return `${listed}${proposal}${rights}`;
}

function toRow({ grant, reason, approvals, lastUsedAt }: FieldHolder): readonly string[] {
  const { id, subject, level, mask, purpose, startsAt, endsAt, lapsesAt } = grant;
  const end = lapsesAt !== null && lapsesAt < endsAt ? `${lapsesAt} unless kept` : endsAt;
  return [
    ...[id, subject, mask === null ? level : `${level} (${mask})`, purpose],
    ...[approvals.map(({ approver }) => approver).join(' ') || '-', reason ?? '-'],
    ...[startsAt, lastUsedAt === null ? 'not on record' : lastUsedAt.replace(/\.\d+Z$/, 'Z'), end],
  ];
}

function parseCoordinate(given: string): string {
  if (COORDINATE.test(given)) return given;
  throw new InvalidArgumentError('Expected a field such as Account.email.');
}

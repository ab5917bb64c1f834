import { type Command, InvalidArgumentError, Option } from 'commander';

import { exportRecords } from '../../control/audit/export-records.ts';
import { findReaders } from '../../control/audit/find-readers.ts';
import { forgetRecords } from '../../control/audit/forget-records.ts';
import { type NotedHead, verifyChains } from '../../control/audit/verify-chains.ts';
import type { CommandTools } from '../command-tools.ts';
import { withControlDatabase } from '../credentials/with-control-database.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { parsePast } from './parse-past.ts';
import { renderReaders } from './render-readers.ts';
import { renderReports } from './render-reports.ts';
import { toCount } from './to-count.ts';

interface TargetOptions {
  readonly data: string;
  readonly json?: true;
}

interface WhoOptions extends TargetOptions {
  readonly field: string;
  readonly key?: string;
  readonly since: Date;
}

interface ExportOptions extends TargetOptions {
  readonly since: Date;
  readonly until?: Date;
}

const BEGINNING = new Date(0);
const MOST_KEY_CHARACTERS = 1000;

/**
 * Adds `meshgate audit verify`, `who`, `export` and `forget`.
 *
 * @param setExitCode Called with 1 when the ledger is not as it was written.
 * @throws {MeshgateError} From the actions: `CONFIG_INVALID` and `DATABASE_UNAVAILABLE` without a
 *   database.
 */
export function addAuditCommand(
  program: Command,
  tools: CommandTools,
  setExitCode: (code: ExitCode) => void,
): void {
  const audit = program.command('audit').description('who saw classified data, or was refused it');
  addVerify(audit, tools, setExitCode);
  addWho(audit, tools);
  addExport(audit, tools);
  addForget(audit, tools);
}

function addVerify(
  audit: Command,
  { env, stdout }: CommandTools,
  setExitCode: (code: ExitCode) => void,
): void {
  withData(audit.command('verify'))
    .description('see whether any record was changed, removed or inserted')
    .addOption(
      new Option('--head <head>', 'a head that was printed before; may be repeated')
        .argParser(collectHead)
        .default([], 'none'),
    )
    .option('--json', 'print the facts as JSON')
    .action(async (options: TargetOptions & { readonly head: readonly NotedHead[] }) => {
      const reports = await withControlDatabase(options.data, env, (pool) =>
        verifyChains(pool, options.head),
      );
      if (reports.some(({ finding }) => finding !== null)) setExitCode(EXIT.finding);
      stdout.write(options.json === true ? `${JSON.stringify(reports)}\n` : renderReports(reports));
    });
}

function addWho(audit: Command, { env, stdout, loadHashedKeys }: CommandTools): void {
  withData(audit.command('who'))
    .description('say who saw a field, and who was refused it')
    .addOption(
      new Option('--field <coordinate>', 'such as Account.email')
        .argParser(parseCoordinate)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--key <key>',
        'who saw the field of this entity, such as A-12520; where the ledger has hashes, AUDIT_KEY_SECRET says where their secret is',
      ).argParser(parseKey),
    )
    .addOption(
      new Option('--since <time>', 'how far back, such as 30d, or an instant')
        .argParser(parsePast)
        .default(parsePast('30d'), '30d'),
    )
    .option('--json', 'print the facts as JSON')
    .action(async ({ field, key, since, data, json }: WhoOptions) => {
      const entity = key === undefined ? null : { key, hashed: await loadHashedKeys(env) };
      const readers = await withControlDatabase(data, env, (pool) =>
        findReaders(pool, { field, since, entity, limit: null }),
      );
      stdout.write(
        json === true
          ? `${JSON.stringify(readers)}\n`
          : renderReaders(field, key ?? null, since, readers),
      );
    });
}

function addExport(audit: Command, { env, stdout }: CommandTools): void {
  withData(audit.command('export'))
    .description('print the records, one JSON object in a line')
    .addOption(
      new Option('--since <time>', 'how far back, such as 30d, or an instant')
        .argParser(parsePast)
        .default(BEGINNING, 'the beginning'),
    )
    .addOption(
      new Option('--until <time>', 'up to when (default: now), as --since').argParser(parsePast),
    )
    .action(async ({ since, until, data }: ExportOptions) => {
      await withControlDatabase(data, env, async (pool) => {
        for await (const page of exportRecords(pool, since, until ?? new Date())) {
          stdout.write(page.map((record) => `${JSON.stringify(record)}\n`).join(''));
        }
      });
    });
}

function addForget(audit: Command, { env, stdout }: CommandTools): void {
  withData(audit.command('forget'))
    .description('take away old records, in a way that verify goes on to hold')
    .addOption(
      new Option('--before <time>', 'what is older, such as 400d, or than an instant')
        .argParser(parsePast)
        .makeOptionMandatory(),
    )
    .option('--json', 'print the facts as JSON')
    .action(async ({ before, data, json }: TargetOptions & { readonly before: Date }) => {
      const forgotten = await withControlDatabase(data, env, (pool) => forgetRecords(pool, before));
      const records = toCount(forgotten.records, 'record', 'records');
      const batches = toCount(forgotten.batches, 'batch', 'batches');
      const said = `Forgot ${records} in ${batches}, all of before ${before.toISOString()}.\n`;
      stdout.write(json === true ? `${JSON.stringify(forgotten)}\n` : said);
    });
}

function withData(command: Command): Command {
  return command.option(
    '--data <folder>',
    'data folder of a running mesh, without DATABASE_URL',
    '.meshgate',
  );
}

function parseCoordinate(given: string): string {
  if (/^[_A-Za-z][\w.():]{0,499}$/.test(given)) return given;
  throw new InvalidArgumentError('Expected a coordinate such as Account.email.');
}

function parseKey(given: string): string {
  if (given !== '' && given.length <= MOST_KEY_CHARACTERS) return given;
  throw new InvalidArgumentError(`Expected 1 to ${MOST_KEY_CHARACTERS} characters.`);
}

function collectHead(given: string, earlier: readonly NotedHead[]): readonly NotedHead[] {
  const [, writer, sequence, hash] =
    /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}):(\d{1,15}):([\da-f]{64})$/.exec(given) ?? [];
  if (writer !== undefined && hash !== undefined) {
    return [...earlier, { writer, sequence: Number(sequence), hash }];
  }
  throw new InvalidArgumentError('Expected writer:sequence:hash, as meshgate audit verify prints.');
}

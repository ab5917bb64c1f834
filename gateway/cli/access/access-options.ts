import { type Command, InvalidArgumentError, Option } from 'commander';

import { parseDuration } from '../parse-duration.ts';

/** Where the facts are and how they are printed. */
export interface TargetOptions {
  readonly data: string;
  readonly json?: true;
}

/** Who does something, why, and how long it is waited for the gateways. */
export interface DeedOptions extends TargetOptions {
  readonly as: string;
  readonly reason?: string;
  /** Seconds. */
  readonly wait: number;
}

/** Adds what all commands on the database take. */
export function withTarget(command: Command): Command {
  return command
    .option('--data <folder>', 'data folder of a running mesh, without DATABASE_URL', '.meshgate')
    .option('--json', 'print the facts as JSON');
}

/** Adds what all commands take by which something changes. */
export function withDeed(command: Command, reasonIsNeeded: boolean): Command {
  command.requiredOption('--as <person>', 'who does it, as descriptors name people', parseText);
  if (reasonIsNeeded) command.requiredOption('--reason <text>', 'why, for the history', parseText);
  else command.option('--reason <text>', 'why, for the history', parseText);
  return withTarget(
    command.addOption(
      new Option('--wait <duration>', 'how long to wait until all gateways have applied it')
        .argParser(parseDuration)
        .default(10, '10s'),
    ),
  );
}

/** Reads a name or a sentence. */
export function parseText(given: string): string {
  if (given.trim() !== '' && given.length <= 1000 && !/\p{Cc}/u.test(given)) return given;
  throw new InvalidArgumentError(
    'Expected 1 to 1000 characters, none of them a control character.',
  );
}

/** Collects an option that may be repeated. */
export function collectText(given: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, parseText(given)];
}

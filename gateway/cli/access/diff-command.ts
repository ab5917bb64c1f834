import type { Command } from 'commander';

import { compareReaders, type ReaderChange } from '../../control/governance/compare-readers.ts';
import { listReadableElements } from '../../control/governance/list-readable.ts';
import type { Groups } from '../../policy/minimal-groups.ts';
import type { CommandTools } from '../command-tools.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { loadSupergraphFile } from './read-access-files.ts';

interface DiffOptions {
  readonly json?: true;
}

/** Adds `meshgate access diff`, which needs no database. */
export function addDiffCommand(
  access: Command,
  tools: CommandTools,
  setExitCode: (code: ExitCode) => void,
): void {
  access
    .command('diff')
    .argument('<old>', 'file of the supergraph that was')
    .argument('<new>', 'file of the supergraph that is to be')
    .description(
      'show which fields become readable or unreadable by their requirements, and for whom; ends with 1 when somebody can read more; needs no database',
    )
    .option('--json', 'print the facts as JSON')
    .action(async (before: string, after: string, options: DiffOptions) => {
      const [older, newer] = [await loadSupergraphFile(before), await loadSupergraphFile(after)];
      const changes = compareReaders(listReadableElements(older), listReadableElements(newer));
      const facts = { before: older.version, after: newer.version, changes };
      tools.stdout.write(
        options.json === true ? `${JSON.stringify(facts)}\n` : renderChanges(changes),
      );
      const opens = changes.some(({ readableFor }) => readableFor.length > 0);
      setExitCode(opens ? EXIT.finding : EXIT.ok);
    });
}

function renderChanges(changes: readonly ReaderChange[]): string {
  if (changes.length === 0) return 'Everybody can read what they could read before.\n';
  return changes
    .flatMap(toSentences)
    .map((sentence) => `${sentence}\n`)
    .join('');
}

function toSentences(change: ReaderChange): readonly string[] {
  const { coordinate, readableFor, unreadableFor, before, after } = change;
  if (change.change === 'added') return [`${coordinate} is new, readable for: ${toWords(after)}`];
  if (change.change === 'removed') {
    return [`${coordinate} is gone, was readable for: ${toWords(before)}`];
  }
  return [
    ...say(`${coordinate} becomes readable for`, readableFor, before),
    ...say(`${coordinate} becomes unreadable for`, unreadableFor, after),
  ];
}

function say(what: string, groups: Groups, others: Groups): readonly string[] {
  if (groups.length === 0) return [];
  return [`${what}: ${toWords(groups)}, and not (${toWords(others)})`];
}

function toWords(groups: Groups): string {
  return groups.map((group) => (group.length === 0 ? 'everybody' : group.join(' + '))).join(' or ');
}

import type { Command } from 'commander';

import { compareReaders, type ReaderChange } from '../../control/governance/compare-readers.ts';
import { listReadableElements } from '../../control/governance/list-readable.ts';
import type { Groups } from '../../policy/minimal-groups.ts';
import type { CommandTools } from '../command-tools.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { parseText } from './access-options.ts';
import { diffPolicies } from './diff-policies.ts';
import { diffRules } from './diff-rules.ts';
import type { Difference } from './difference.ts';
import { loadSupergraphFile } from './read-access-files.ts';

interface DiffOptions {
  readonly rulesOld?: string;
  readonly rulesNew?: string;
  readonly policiesOld?: string;
  readonly policiesNew?: string;
  readonly supergraph?: string;
  readonly json?: true;
}

/** Adds `meshgate access diff`, which needs no database. */
export function addDiffCommand(
  access: Command,
  tools: CommandTools,
  setExitCode: (code: ExitCode) => void,
): void {
  const command = access.command('diff');
  command
    .argument('[old]', 'file of the supergraph that was')
    .argument('[new]', 'file of the supergraph that is to be')
    .description(
      'show which fields become readable or unreadable, and for whom: by the requirements of two supergraphs, by two versions of the governance rules, or by two folders of policies; ends with 1 when somebody can read more; needs no database',
    )
    .option('--rules-old <file>', 'governance rules that were', parseText)
    .option('--rules-new <file>', 'governance rules that are to be', parseText)
    .option('--policies-old <folder>', 'Cedar policies that were', parseText)
    .option('--policies-new <folder>', 'Cedar policies that are to be', parseText)
    .option(
      '--supergraph <file>',
      'supergraph that rules or policies are held against (default: composed of the products of this installation)',
    )
    .option('--json', 'print the facts as JSON')
    .action(async (before: string | undefined, after: string | undefined, options: DiffOptions) => {
      const difference = await findDifference(before, after, options);
      if (difference === null) {
        return command.error(
          'error: expected either two supergraphs, or --rules-old and --rules-new, or --policies-old and --policies-new, the latter with at most --supergraph beside them',
        );
      }
      const { facts, sentences, opens } = difference;
      tools.stdout.write(options.json === true ? `${JSON.stringify(facts)}\n` : toText(sentences));
      setExitCode(opens ? EXIT.finding : EXIT.ok);
    });
}

/** @returns Null for options that do not go together. */
async function findDifference(
  before: string | undefined,
  after: string | undefined,
  { rulesOld, rulesNew, policiesOld, policiesNew, supergraph }: DiffOptions,
): Promise<Difference | null> {
  const isOfRules = rulesOld !== undefined || rulesNew !== undefined;
  const isOfPolicies = policiesOld !== undefined || policiesNew !== undefined;
  if (before !== undefined) {
    if (after === undefined || isOfRules || isOfPolicies || supergraph !== undefined) return null;
    return diffSupergraphs(before, after);
  }
  if (isOfRules && isOfPolicies) return null;
  if (rulesOld !== undefined && rulesNew !== undefined) {
    return diffRules(rulesOld, rulesNew, supergraph);
  }
  if (policiesOld === undefined || policiesNew === undefined) return null;
  return diffPolicies(policiesOld, policiesNew, supergraph);
}

async function diffSupergraphs(before: string, after: string): Promise<Difference> {
  const [older, newer] = [await loadSupergraphFile(before), await loadSupergraphFile(after)];
  const changes = compareReaders(listReadableElements(older), listReadableElements(newer));
  return {
    facts: { before: older.version, after: newer.version, changes },
    sentences: changes.flatMap(toSentences),
    opens: changes.some(({ readableFor }) => readableFor.length > 0),
  };
}

function toText(sentences: readonly string[]): string {
  if (sentences.length === 0) return 'Everybody can read what they could read before.\n';
  return sentences.map((sentence) => `${sentence}\n`).join('');
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

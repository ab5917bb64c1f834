import {
  compareRules,
  type ReadForm,
  type RuleChange,
} from '../../control/governance/compare-rules.ts';
import { listReadableElements } from '../../control/governance/list-readable.ts';
import { describeCondition } from './describe-condition.ts';
import type { Difference } from './difference.ts';
import { loadRulesVersion, loadSupergraphFile } from './read-access-files.ts';

/**
 * Compares two files of governance rules.
 *
 * @param supergraph Undefined composes the data products of this installation.
 * @throws {MeshgateError} `CONFIG_INVALID`, `SUPERGRAPH_INVALID`, `INPUT_INVALID`.
 */
export async function diffRules(
  before: string,
  after: string,
  supergraph: string | undefined,
): Promise<Difference> {
  const snapshot = await loadSupergraphFile(supergraph);
  const older = await loadRulesVersion(before, snapshot);
  const newer = await loadRulesVersion(after, snapshot);
  const { changes, untold } = compareRules(listReadableElements(snapshot), snapshot, older, newer);
  const versions = { before: older.rules.version, after: newer.rules.version };
  return {
    facts: { supergraph: snapshot.version, ...versions, changes, untold },
    sentences: [
      ...changes.map(toSentence),
      ...untold.map(
        ({ coordinate, having }) =>
          `${coordinate}: it is not told what changes for those with ${having}, as their kinds are too many`,
      ),
    ],
    // Nobody knows what they can read more.
    opens: untold.length > 0 || changes.some(({ opens }) => opens),
  };
}

function toSentence({ coordinate, before, after, callers }: RuleChange): string {
  const head = `${coordinate} becomes ${toWords(after)}, was ${toWords(before)}, for any of:`;
  return [head, ...callers.map((one) => `  ${describeCondition(one)}`)].join('\n');
}

const WORDS = { yes: 'readable', masked: 'masked', no: 'unreadable' } as const;

function toWords({ read, masks }: ReadForm): string {
  return masks.length === 0 ? WORDS[read] : `${WORDS[read]} (${masks.join(', ')})`;
}

import { comparePolicies, type PolicyVersion } from '../../control/governance/compare-policies.ts';
import type { CallerCondition } from '../../control/governance/describe-callers.ts';
import { listReadableElements } from '../../control/governance/list-readable.ts';
import { loadPolicies } from '../../control/policies/load-policies.ts';
import { readPolicyRules } from '../../control/policies/read-policy-rules.ts';
import { describeCondition } from './describe-condition.ts';
import type { Difference } from './difference.ts';
import { loadSupergraphFile } from './read-access-files.ts';

/**
 * Compares two folders of Cedar policies.
 *
 * @param supergraph Undefined composes the data products of this installation.
 * @throws {MeshgateError} `CONFIG_INVALID`, `SUPERGRAPH_INVALID`, `INPUT_INVALID`.
 */
export async function diffPolicies(
  before: string,
  after: string,
  supergraph: string | undefined,
): Promise<Difference> {
  const snapshot = await loadSupergraphFile(supergraph);
  const older = await loadVersion(before);
  const newer = await loadVersion(after);
  const compared = comparePolicies(listReadableElements(snapshot), older, newer);
  const { changes, opaque, idle } = compared;
  return {
    facts: {
      supergraph: snapshot.version,
      before: older.version,
      after: newer.version,
      ...compared,
    },
    sentences: [
      ...changes.flatMap(({ coordinate, readableFor, unreadableFor }) => [
        ...say(`${coordinate} becomes readable`, readableFor),
        ...say(`${coordinate} becomes unreadable`, unreadableFor),
      ]),
      ...opaque.map(
        ({ policy, looksAt, guards }) =>
          `policy ${policy} says something else and looks at ${looksAt.join(', ')}: no table tells who can read ${guards.join(', ')}`,
      ),
      ...idle.map((policy) => `policy ${policy} says something else and protects nothing here`),
    ],
    // Nobody knows what an opaque policy opens.
    opens: opaque.length > 0 || changes.some(({ readableFor }) => readableFor.length > 0),
  };
}

async function loadVersion(folder: string): Promise<PolicyVersion & { readonly version: string }> {
  const { version, decide, rules } = await loadPolicies(folder);
  return { version, decide, rules: readPolicyRules(rules) };
}

function say(what: string, callers: readonly CallerCondition[]): readonly string[] {
  if (callers.length === 0) return [];
  const lines = callers.map((one) => `  ${describeCondition(one)}`);
  return [[`${what} for any of:`, ...lines].join('\n')];
}

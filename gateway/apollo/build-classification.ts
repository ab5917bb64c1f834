import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { readClassificationRules } from '../control/governance/read-classification-rules.ts';
import type { ClassificationOf } from '../operation/operation-shape.ts';
import { UNCLASSIFIED } from '../policy/classification.ts';
import { createWindowStates, type WindowStates } from '../policy/windows/window-states.ts';
import { LiveClassification } from '../supergraph/live-classification.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';

/** What follows from how data is classified. */
export type ClassificationOption =
  /** Nothing: all is answered as it is, as far as `rights` reach. */
  | 'none'
  | {
      /** Text of a file of rules, as `CLASSIFICATION_RULES` names one for the gateway. */
      readonly rules: string;
      /** What keyed hashes are made with; without it no rule hashes, and its next mask is used. */
      readonly maskSecret?: string;
    };

/** What products write on data that a gateway with the rules that come with it would mask or deny. */
const MARKS: ReadonlySet<string> = new Set(['pii', 'restricted']);

/** What follows from rules, and which of their time windows are open. */
export interface BuiltClassification {
  readonly classificationOf: ClassificationOf;
  /** Null where no rule has a window. */
  readonly windowStates: () => WindowStates | null;
}

/**
 * Builds what says what has a class. A supergraph with marks is not served unless somebody has said what
 * follows from them: what a gateway masks must not go out as it is because rules were forgotten.
 *
 * @param warn Told of each element that is denied because no mask fits it.
 * @returns Of which `classificationOf` throws `CONFIG_INVALID` for a supergraph with marks where nothing is said of them.
 * @throws {MeshgateError} `CONFIG_INVALID` when the rules are not valid.
 */
export function buildClassification(
  option: ClassificationOption | undefined,
  warn: (message: string) => void,
): BuiltClassification {
  if (option === undefined) return withoutWindows(refuseMarked);
  if (option === 'none') return withoutWindows(() => UNCLASSIFIED);
  const rules = readClassificationRules('the option classification', option.rules);
  const live = new LiveClassification(rules, option.maskSecret ?? null, ({ misfits }) => {
    for (const { rule, coordinate } of misfits) {
      warn(`No mask of the rule ${rule} fits ${coordinate}, so it is denied.`);
    }
  });
  return {
    classificationOf: (snapshot) => live.of(snapshot),
    windowStates: createWindowStates(() => live.rules, Date.now),
  };
}

function withoutWindows(classificationOf: ClassificationOf): BuiltClassification {
  return { classificationOf, windowStates: () => null };
}

function refuseMarked({ tags }: SupergraphSnapshot) {
  for (const [coordinate, { own }] of tags) {
    const mark = own.find((tag) => MARKS.has(tag));
    if (mark === undefined) continue;
    throw new MeshgateError('CONFIG_INVALID', {
      message: `MeshgateGateway: expected the option classification, because the supergraph marks ${coordinate} with @tag(name: "${mark}"), but it is not given; pass { rules } with the text of a file of rules, or 'none' to answer all as it is.`,
    });
  }
  return UNCLASSIFIED;
}

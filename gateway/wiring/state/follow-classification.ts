import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { PROJECT_ROOT } from '../../../shared/lang/project-root.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import { loadSecret } from '../../config/secret-reference.ts';
import { readClassificationRules } from '../../control/governance/read-classification-rules.ts';
import { LiveClassification, type OnClassified } from '../../supergraph/live-classification.ts';
import { watchTextFile } from '../../supergraph/watch-text-file.ts';

/** The rules that come with the gateway. */
const SHIPPED = fileURLToPath(new URL('gateway/policies/classification.yaml', PROJECT_ROOT));

/** Together less than a second, where a file system reports no changes too. */
const WATCH_TIMES = { restMs: 200, pollMs: 500 };

/** Elements named in the log one by one; a rule that does not fit mostly does not fit many. */
const MISFITS_LOGGED = 20;

/** Where it is said what became of rules. */
export interface RulesReport {
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The rules in force, and the text that they were read from. */
export interface LoadedClassification {
  readonly classification: LiveClassification;
  readonly file: string;
  readonly text: string;
}

/**
 * Loads the governance rules that say what follows from classification.
 *
 * @param env Variables by name, for the secret of hashes.
 * @throws {MeshgateError} `CONFIG_INVALID` when there are none, when they are not valid, or when the
 *   secret is missing.
 */
export async function loadClassification(
  { CLASSIFICATION_RULES, MASK_SECRET }: GatewayConfig,
  env: Readonly<Record<string, string | undefined>>,
  { log }: Pick<RulesReport, 'log'>,
): Promise<LoadedClassification> {
  const file = CLASSIFICATION_RULES ?? SHIPPED;
  const secret = MASK_SECRET === null ? null : await loadSecret(MASK_SECRET, env);
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const message = `CLASSIFICATION_RULES: expected a file of rules at ${file}, but it cannot be read (${cause.code}).`;
    throw new MeshgateError('CONFIG_INVALID', { message, cause });
  });
  const rules = readClassificationRules(file, text);
  return { classification: new LiveClassification(rules, secret, warnOf(log)), file, text };
}

/**
 * Takes over the rules whenever their file changes, until it is told to stop. A file that is not valid
 * is refused as a whole, and what is in force stays.
 *
 * @returns Stops.
 */
export function followClassification(
  { classification, file, text: known }: LoadedClassification,
  { metrics, log }: RulesReport,
): () => void {
  const count = (outcome: string) =>
    metrics.counter('gateway_classification_swaps_total', outcome).inc();
  const watched = watchTextFile(file, known, WATCH_TIMES, {
    changed(text) {
      try {
        const before = classification.rules.version;
        classification.swap(readClassificationRules(file, text));
        count('swapped');
        const { version, rules } = classification.rules;
        log.info(
          { classification: version, before, rules: rules.length },
          'new classification rules are in force',
        );
      } catch (error) {
        count('refused');
        log.error({ err: error }, 'classification rules were refused; those in force stay');
      }
    },
    unreadable(error) {
      count('unreadable');
      log.error({ err: error }, 'the classification rules cannot be read; those in force stay');
    },
  });
  return () => watched.close();
}

function warnOf(log: Logger): OnClassified {
  return ({ misfits, withoutHash }, { version }) => {
    for (const rule of withoutHash) {
      log.warn(
        { classification: version, rule },
        'a rule hashes and MASK_SECRET is not set, so its next mask is used',
      );
    }
    for (const { rule, coordinate } of misfits.slice(0, MISFITS_LOGGED)) {
      log.warn(
        { classification: version, rule, coordinate },
        'no mask of a rule fits an element, so it is denied',
      );
    }
    const more = misfits.length - MISFITS_LOGGED;
    if (more > 0) log.warn({ classification: version, more }, 'more elements are denied so');
  };
}

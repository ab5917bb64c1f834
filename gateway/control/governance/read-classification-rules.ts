import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { ClassificationRules } from '../../policy/classification-rules.ts';
import { parseClassificationRules } from './parse-classification-rules.ts';

/**
 * Reads governance rules that have to be valid.
 *
 * @param file Where the text is from, for the message.
 * @throws {MeshgateError} `CONFIG_INVALID` with every problem, one a line.
 */
export function readClassificationRules(file: string, text: string): ClassificationRules {
  const parsed = parseClassificationRules(text);
  if (parsed.ok) return parsed.value;
  const problems = parsed.problems.map(({ path, line, expected, given }) => {
    const place = [line === null ? '' : `line ${line}`, path].filter((part) => part !== '');
    return `${place.join(', ')}: expected ${expected}, but found ${given}`;
  });
  throw new MeshgateError('CONFIG_INVALID', {
    message: `The classification rules in ${file} are not valid:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    details: { problems },
  });
}

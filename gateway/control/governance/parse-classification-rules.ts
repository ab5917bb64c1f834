import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Parsed } from '../../../shared/contract/descriptor-problem.ts';
import { parseDescriptor } from '../../../shared/contract/parse-descriptor.ts';
import type { ClassificationRule, ClassificationRules } from '../../policy/classification-rules.ts';
import { classificationSchema } from './classification-schema.ts';

/**
 * Reads the rules that say what follows from how data is classified: YAML 1.2 of at most 262,144
 * characters with at most 500 rules.
 *
 * @returns Never throws; every problem has its place and line.
 */
export function parseClassificationRules(text: string): Parsed<ClassificationRules> {
  const parsed = parseDescriptor(classificationSchema, text, 'no field of this name');
  if (!parsed.ok) return parsed;
  const version = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const { classes, rules } = parsed.value;
  return { ok: true, value: { version, classes, rules: rules.map(toRule) } };
}

function toRule({
  name,
  when: subject,
  for: caller,
  during,
  effect,
  masks,
}: z.output<typeof classificationSchema>['rules'][number]): ClassificationRule {
  return { name, subject, caller, during, effect, masks };
}

import type { z } from 'zod';

import {
  type DescriptorProblem,
  describeValue,
  type Parsed,
  toPathText,
} from './descriptor-problem.ts';
import { parseYaml, type YamlDocument } from './parse-yaml.ts';

/** What is expected where a standard file has a field that the standard does not know. */
const NO_FIELD = 'no field of this name; extensions go under customProperties';

/**
 * Reads a YAML text and holds it against one of the project's schemas.
 *
 * Never throws: a broken text is an answer, with every problem and its line.
 *
 * @param noField What is said to be expected in the place of an unknown field.
 */
export function parseDescriptor<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  noField: string = NO_FIELD,
): Parsed<z.output<Schema>> {
  const document = parseYaml(text);
  if (!document.ok) return document;

  const checked = schema.safeParse(document.value.value);
  if (checked.success) return { ok: true, value: checked.data };
  return {
    ok: false,
    problems: checked.error.issues.flatMap((issue) => toProblems(issue, document.value, noField)),
  };
}

function toProblems(
  issue: z.core.$ZodIssue,
  document: YamlDocument,
  noField: string,
): DescriptorProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return {
        path: toPathText(path),
        expected: noField,
        given: describeValue(valueAt(document.value, path)),
        line: document.lineOf(path),
      };
    });
  }
  return [
    {
      path: toPathText(issue.path),
      expected: toExpectation(issue),
      given: describeValue(valueAt(document.value, issue.path)),
      line: document.lineOf(issue.path),
    },
  ];
}

/** Cuts zod's sentence down to what was expected; what was given stands beside it. */
function toExpectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `a value of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return issue.values.map(String).join(' or ');
  if (issue.code === 'too_small') return `at least ${issue.minimum} (${issue.origin})`;
  if (issue.code === 'too_big') return `at most ${issue.maximum} (${issue.origin})`;
  return issue.message;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<PropertyKey, unknown>)[step]
        : undefined,
    root,
  );
}

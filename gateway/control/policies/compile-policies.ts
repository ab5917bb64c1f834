import { createHash } from 'node:crypto';
import {
  type DetailedError,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  type ValidationAnswer,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import { invariant } from '../../../shared/lang/invariant.ts';
import type { DecidePolicy } from '../../policy/held-policies.ts';
import { createDecidePolicy } from './create-decide-policy.ts';
import { toPlace } from './to-place.ts';

/** One file of policies. */
export interface PolicyFile {
  /** Without its folder. */
  readonly name: string;
  readonly text: string;
}

/** One rule as it is written. */
export interface PolicyText {
  /** `NAME:LINE:COLUMN` */
  readonly place: string;
  readonly text: string;
}

/** Policies that fit the schema, ready to decide. */
export interface CompiledPolicies {
  /** First 16 hexadecimal digits of the SHA-256 of schema and files. */
  readonly version: string;
  /** How many there are. */
  readonly count: number;
  /** In the order of their files and places. */
  readonly rules: readonly PolicyText[];
  readonly decide: DecidePolicy;
  /** What is allowed and hardly meant, such as a policy that never applies; each with its place. */
  readonly warnings: readonly string[];
}

export type CompilationOutcome =
  | { readonly ok: true; readonly policies: CompiledPolicies }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Compiles policies and checks them against the schema.
 *
 * @param schema A Cedar schema that declares `Meshgate::Caller`, `Meshgate::Policy` and the action `use`.
 * @param files In any order; their names are different.
 * @returns Every problem of every file, as `NAME:LINE:COLUMN: what is wrong`.
 * @see https://docs.cedarpolicy.com/policies/validation.html
 */
export function compilePolicies(schema: string, files: readonly PolicyFile[]): CompilationOutcome {
  const ordered = files.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const checks = ordered.map((file) => checkFile(schema, file));
  const problems = checks.flatMap((check) => check.problems);
  if (problems.length > 0) return { ok: false, problems };

  const version = toVersion(schema, ordered);
  const rules = ordered.flatMap(toRules);
  const staticPolicies = Object.fromEntries(rules.map(({ place, text }) => [place, text]));
  const parsed = [preparseSchema(version, schema), preparsePolicySet(version, { staticPolicies })];
  invariant(
    parsed.every(({ type }) => type === 'success'),
    'policies that were validated can be parsed',
  );
  const policies = {
    version,
    count: rules.length,
    rules,
    decide: createDecidePolicy(version, namesIn(rules)),
    warnings: checks.flatMap((check) => check.warnings),
  };
  return { ok: true, policies };
}

interface FileCheck {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** The parser works by recursion and is lost when its stack is full, which a hundred brackets do. */
const DEEPEST_NESTING = 30;

function checkFile(schema: string, file: PolicyFile): FileCheck {
  if (nestingOf(file.text) > DEEPEST_NESTING) {
    const problem = `${file.name}: expected at most ${DEEPEST_NESTING} brackets within each other`;
    return { problems: [problem], warnings: [] };
  }
  const describe = (error: DetailedError) => describeError(file, error);
  const answer = validateText(schema, file.text);
  if (answer === null) {
    const problem = `${file.name}: expected conditions of fewer parts; split this one up`;
    return { problems: [problem], warnings: [] };
  }
  if (answer.type === 'failure') return { problems: answer.errors.map(describe), warnings: [] };
  return {
    problems: answer.validationErrors.map(({ error }) => describe(error)),
    warnings: [
      ...answer.validationWarnings.map(({ error }) => describe(error)),
      ...answer.otherWarnings.map(describe),
    ],
  };
}

/** @returns Null when a condition has so many parts that the parser was lost on it. */
function validateText(schema: string, text: string): ValidationAnswer | null {
  try {
    return validate({ schema, policies: { staticPolicies: text } });
  } catch {
    return null;
  }
}

/** Brackets in strings and comments are counted too: nobody writes thirty of them. */
function nestingOf(text: string): number {
  let open = 0;
  let deepest = 0;
  for (const character of text) {
    if ('([{'.includes(character)) open += 1;
    if (')]}'.includes(character)) open -= 1;
    deepest = Math.max(deepest, open);
  }
  return deepest;
}

/** The name that Cedar gives a policy by counting says nothing where its place is said. */
function describeError({ name, text }: PolicyFile, error: DetailedError): string {
  const [at] = error.sourceLocations ?? [];
  const place = at === undefined ? name : `${name}:${toPlace(text, at.start)}`;
  const message = error.message.replace(/^for policy `policy\d+`, /, '');
  const label = at?.label == null ? '' : `, ${at.label}`;
  const help = error.help === null ? '' : ` (${error.help})`;
  return `${place}: ${message}${label}${help}`;
}

/** Each policy of a file with the place where it begins, by which it is known from here on. */
function toRules({ name, text }: PolicyFile): readonly PolicyText[] {
  const parts = policySetTextToParts(text);
  invariant(parts.type === 'success', 'policies that were validated can be taken apart');
  let from = 0;
  return parts.policies.map((rule) => {
    const start = text.indexOf(rule, from);
    invariant(start >= 0, 'a part of a text is in the text');
    from = start + rule.length;
    const place = toPlace(text, Buffer.byteLength(text.slice(0, start)));
    return { place: `${name}:${place}`, text: rule };
  });
}

/** The policies that rules name in their heads, or null when one leaves it open. */
function namesIn(rules: readonly PolicyText[]): ReadonlySet<string> | null {
  const names = new Set<string>();
  for (const { text } of rules) {
    const answer = policyToJson(text);
    invariant(answer.type === 'success', 'a policy that was validated can be read');
    const { resource } = answer.json;
    if (resource.op !== '==' || !('entity' in resource)) return null;
    const { entity } = resource;
    names.add('__entity' in entity ? entity.__entity.id : entity.id);
  }
  return names;
}

function toVersion(schema: string, files: readonly PolicyFile[]): string {
  const content = JSON.stringify([schema, files.map(({ name, text }) => [name, text])]);
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

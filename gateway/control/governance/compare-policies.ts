import type { Principal } from '../../identity/principal.ts';
import {
  createHeldPolicies,
  type DecidePolicy,
  type HeldPolicies,
} from '../../policy/held-policies.ts';
import { isSatisfied, type Rights } from '../../policy/requirement.ts';
import type { PolicyRule } from '../policies/read-policy-rules.ts';
import { type CallerRow, type CallerTable, heldIn } from './caller-table.ts';
import { type CallerCondition, describeCallers } from './describe-callers.ts';
import type { ReadableElement } from './list-readable.ts';
import { buildPolicyTable, toCaller } from './policy-caller-table.ts';

/** One version of the policies: what decides, and what each rule looks at. */
export interface PolicyVersion {
  readonly decide: DecidePolicy;
  readonly rules: readonly PolicyRule[];
}

/** Who can read a field under other policies; each is an OR, and empty for nobody. */
export interface PolicyChange {
  readonly coordinate: string;
  readonly readableFor: readonly CallerCondition[];
  readonly unreadableFor: readonly CallerCondition[];
}

/** A policy of whose readers no table can be made: it says something else, and looks at more than names. */
export interface OpaqueChange {
  readonly policy: string;
  /** What it looks at, in words, such as `claim regions`. */
  readonly looksAt: readonly string[];
  /** The fields that require it. */
  readonly guards: readonly string[];
}

export interface PolicyComparison {
  /** In order of coordinates. */
  readonly changes: readonly PolicyChange[];
  readonly opaque: readonly OpaqueChange[];
  /** Policies that say something else and protect nothing that clients can read. */
  readonly idle: readonly string[];
}

/**
 * Finds every field that becomes readable or unreadable by other policies, and for whom.
 *
 * For each field all callers are gone through who differ in something that its requirements or the rules
 * about its policies compare with a text, and Cedar decides of each by both versions. A policy of which all
 * rules say what they said holds for some and not for others, and that is a column of its own where it looks at more.
 *
 * @throws {MeshgateError} `INPUT_INVALID` where a field tells too many kinds of callers apart.
 */
export function comparePolicies(
  elements: readonly ReadableElement[],
  older: PolicyVersion,
  newer: PolicyVersion,
): PolicyComparison {
  const comparison = new Comparison(older, newer);
  const fields = elements
    .filter(({ kind }) => kind === 'field')
    .sort((one, other) => (one.coordinate < other.coordinate ? -1 : 1));
  const guarded = fields.map((field) => ({ field, names: policiesOf(field) }));
  const required = new Set(guarded.flatMap(({ names }) => names));
  const opaque = [...required].filter((name) => comparison.isOpaque(name)).sort();
  return {
    changes: guarded.flatMap(({ field, names }) =>
      names.some((name) => opaque.includes(name)) ? [] : comparison.compare(field, names),
    ),
    opaque: opaque.map((policy) => ({
      policy,
      looksAt: comparison.looksAt(policy),
      guards: guarded.flatMap(({ field, names }) =>
        names.includes(policy) ? [field.coordinate] : [],
      ),
    })),
    idle: comparison.changedNames().filter((name) => !required.has(name)),
  };
}

function policiesOf({ required }: ReadableElement): readonly string[] {
  return [...new Set(required.flatMap(({ policies }) => policies.flat()))].sort();
}

class Comparison {
  readonly #older: readonly PolicyRule[];
  readonly #newer: readonly PolicyRule[];
  readonly #heldBefore: HeldPolicies;
  readonly #heldAfter: HeldPolicies;

  constructor(older: PolicyVersion, newer: PolicyVersion) {
    this.#older = older.rules;
    this.#newer = newer.rules;
    // Fields of one policy mostly have the same callers.
    this.#heldBefore = createHeldPolicies(older.decide, () => {});
    this.#heldAfter = createHeldPolicies(newer.decide, () => {});
  }

  changedNames(): readonly string[] {
    const named = [...this.#older, ...this.#newer].flatMap(({ name }) => name ?? []);
    return [...new Set(named)].filter((name) => this.#isChanged(name)).sort();
  }

  isOpaque(name: string): boolean {
    return this.#isChanged(name) && this.looksAt(name).length > 0;
  }

  looksAt(name: string): readonly string[] {
    return [...new Set(this.#rulesOf(name).flatMap(({ others }) => others))].sort();
  }

  /** Of a field none of whose policies is opaque. */
  compare(field: ReadableElement, names: readonly string[]): readonly PolicyChange[] {
    if (!names.some((name) => this.#isChanged(name))) return [];
    const { coordinate, required } = field;
    const free = names.filter((name) => this.looksAt(name).length > 0);
    const mentions = names
      .filter((name) => !free.includes(name))
      .flatMap((name) => this.#rulesOf(name).flatMap((rule) => rule.mentions));
    const table = buildPolicyTable(mentions, required, free, coordinate);
    const gaining: CallerRow[] = [];
    const losing: CallerRow[] = [];
    for (const row of table.rows) {
      const caller = toCaller(row, table.columns);
      const asks = (held: HeldPolicies) => canRead(field, row, table, caller, held, free);
      const [before, after] = [asks(this.#heldBefore), asks(this.#heldAfter)];
      if (after && !before) gaining.push(row);
      if (before && !after) losing.push(row);
    }
    if (gaining.length + losing.length === 0) return [];
    const describe = (wanted: readonly CallerRow[]) => {
      const own = new Set(wanted);
      const others = table.rows.filter((row) => !own.has(row));
      return describeCallers(wanted, others, table.columns);
    };
    return [{ coordinate, readableFor: describe(gaining), unreadableFor: describe(losing) }];
  }

  #isChanged(name: string): boolean {
    const [before, after] = [this.#older, this.#newer].map((rules) => contentOf(rules, name));
    return before !== after;
  }

  /** Of both versions. */
  #rulesOf(name: string): readonly PolicyRule[] {
    return [...this.#older, ...this.#newer].filter((rule) => isAbout(rule, name));
  }
}

function canRead(
  { required }: ReadableElement,
  row: CallerRow,
  { columns }: CallerTable,
  caller: Principal,
  held: HeldPolicies,
  free: readonly string[],
): boolean {
  const given = new Set(heldIn(row, columns, 'policy'));
  const decided = held(caller);
  const rights: Rights = {
    authenticated: caller.authenticated,
    scopes: caller.scopes,
    policies: { has: (name) => (free.includes(name) ? given.has(name) : decided.has(name)) },
  };
  return required.every((one) => isSatisfied(one, rights));
}

function isAbout({ name }: PolicyRule, policy: string): boolean {
  return name === null || name === policy;
}

/** The order of rules makes no difference to Cedar. */
function contentOf(rules: readonly PolicyRule[], name: string): string {
  const own = rules.filter((rule) => isAbout(rule, name)).map(({ content }) => content);
  return JSON.stringify([...new Set(own)].sort());
}

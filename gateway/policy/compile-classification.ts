import type { GraphQLSchema } from 'graphql';
import type { Classification, Effect, Effects } from './classification.ts';
import type { ClassificationRules, RuleCaller } from './classification-rules.ts';
import { createMask, deriveHashKey, type MaskValue } from './mask.ts';
import { holdsOneGroup, type Rights } from './requirement.ts';
import {
  buildRulings,
  type ClassRuling,
  type Misfit,
  type RuledElements,
  type Ruling,
} from './rulings.ts';
import type { TagIndex } from './tag-index.ts';

/** What the rules are made ready for. */
export interface ClassifiedSchema {
  readonly tags: TagIndex;
  /** What clients see. */
  readonly schema: GraphQLSchema;
}

export interface CompiledClassification extends Classification {
  /** Where a rule would mask what its masks do not fit; such an element is denied instead. */
  readonly misfits: readonly Misfit[];
  /** Rules that would hash something and cannot, by name. */
  readonly withoutHash: ReadonlySet<string>;
}

/**
 * Makes the rules ready for one supergraph: which rules speak of which element, and which mask
 * fits its type, is found out once. What is left for a request is to see for whom they speak.
 *
 * @param secret Of hashes; null lets no hash fit.
 */
export function compileClassification(
  rules: ClassificationRules,
  schema: ClassifiedSchema,
  secret: string | null,
): CompiledClassification {
  const ruled = buildRulings(rules, schema, secret !== null);
  return new RuledSchema(rules.version, ruled, secret);
}

/** Place of the rule that decides; -1 where none speaks of the caller. */
function decide({ options }: ClassRuling, rights: Rights): number {
  return options.findIndex(({ caller }) => speaksOf(caller, rights));
}

const NO_ROLES: ReadonlySet<string> = new Set();

function speaksOf(caller: RuleCaller, rights: Rights): boolean {
  const { domain = null, purpose = null } = rights;
  return (
    (!caller.authenticated || rights.authenticated) &&
    holdsOneGroup(caller.scopes, rights.scopes) &&
    holdsOneGroup(caller.roles, rights.roles ?? NO_ROLES) &&
    (caller.domains.length === 0 || (domain !== null && caller.domains.includes(domain))) &&
    (caller.purposes.length === 0 || (purpose !== null && caller.purposes.includes(purpose)))
  );
}

class RuledSchema implements CompiledClassification {
  readonly misfits: readonly Misfit[];
  readonly withoutHash: ReadonlySet<string>;
  readonly #version: string;
  readonly #rulings: ReadonlyMap<string, Ruling>;
  readonly #secret: string | null;
  /** Distinct rulings by the coordinates of an operation. */
  readonly #distinct = new WeakMap<readonly string[], readonly Ruling[]>();

  constructor(
    version: string,
    { rulings, misfits, withoutHash }: RuledElements,
    secret: string | null,
  ) {
    this.#version = version;
    this.#rulings = rulings;
    this.misfits = misfits;
    this.withoutHash = withoutHash;
    this.#secret = secret;
  }

  shapeOf(coordinates: readonly string[], rights: Rights): string {
    const rulings = this.#rulingsOf(coordinates);
    if (rulings.length === 0) return '';
    let shape = `|${this.#version}`;
    let hashes = false;
    for (const ruling of rulings) {
      for (const ofClass of ruling.classes) {
        const at = decide(ofClass, rights);
        shape += `,${at}`;
        const outcome = ofClass.options[at]?.outcome;
        hashes ||= typeof outcome === 'object' && outcome.kind === 'hash';
      }
    }
    // As JSON, so that no name of a purpose can be read as something else.
    return hashes ? `${shape}|${JSON.stringify(rights.purpose ?? null)}` : shape;
  }

  masksAny(coordinates: readonly string[], rights: Rights): boolean {
    return this.#rulingsOf(coordinates).some(({ classes }) =>
      classes.some((ofClass) => {
        const outcome = ofClass.options[decide(ofClass, rights)]?.outcome;
        return typeof outcome === 'object';
      }),
    );
  }

  effectsOf(coordinates: readonly string[], rights: Rights): Effects {
    const effects = new Map<string, Effect>();
    for (const coordinate of coordinates) {
      const ruling = this.#rulings.get(coordinate);
      const effect = ruling === undefined ? null : this.#strictest(ruling, rights);
      if (effect !== null) effects.set(coordinate, effect);
    }
    return effects;
  }

  #rulingsOf(coordinates: readonly string[]): readonly Ruling[] {
    let rulings = this.#distinct.get(coordinates);
    if (rulings === undefined) {
      const found = coordinates.map((coordinate) => this.#rulings.get(coordinate));
      rulings = [...new Set(found)].filter((ruling) => ruling !== undefined);
      this.#distinct.set(coordinates, rulings);
    }
    return rulings;
  }

  /** A refusal before any mask, and the mask of a stricter class before that of another. */
  #strictest({ classes }: Ruling, rights: Rights): Effect | null {
    let strictest: Effect | null = null;
    for (const ofClass of classes) {
      const option = ofClass.options[decide(ofClass, rights)];
      const outcome = option?.outcome ?? 'deny';
      if (outcome === 'deny') return { kind: 'deny', rule: option?.rule ?? null };
      if (outcome === 'allow' || strictest !== null || option === undefined) continue;
      const apply = this.#masking(outcome, rights);
      strictest = { kind: 'mask', rule: option.rule, mask: outcome, apply };
    }
    return strictest;
  }

  #masking(mask: Parameters<typeof createMask>[0], { purpose = null }: Rights): MaskValue {
    const isHash = mask.kind === 'hash' && this.#secret !== null;
    return createMask(mask, isHash ? deriveHashKey(this.#secret, purpose) : NO_KEY);
  }
}

const NO_KEY = new Uint8Array(0);

import type { GraphQLSchema } from 'graphql';
import type { Classification, Effect, Effects } from './classification.ts';
import type { ClassificationRules, RuleCaller } from './classification-rules.ts';
import { createMask, deriveHashKey, type MaskValue } from './mask.ts';
import {
  type GrantedElements,
  holdsOneGroup,
  type Requirement,
  type Rights,
} from './requirement.ts';
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
  readonly requirements: ProtectedElements;
  /** What clients see. */
  readonly schema: GraphQLSchema;
}

/** What is protected, and so can be granted, by coordinate of a type and of a field. */
export interface ProtectedElements {
  readonly ofType: ReadonlyMap<string, Pick<Requirement, 'element'>>;
  readonly ofField: ReadonlyMap<string, Pick<Requirement, 'element'>>;
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
  return new RuledSchema(rules.version, ruled, schema.requirements, secret);
}

/** Place of the rule that decides; -1 where none speaks of the caller. */
function decide({ options }: ClassRuling, rights: Rights, isGranted: boolean): number {
  return options.findIndex(({ caller }) => speaksOf(caller, rights, isGranted));
}

const NO_ROLES: ReadonlySet<string> = new Set();

function speaksOf(caller: RuleCaller, rights: Rights, isGranted: boolean): boolean {
  const { domain = null, purpose = null } = rights;
  return (
    (!caller.granted || isGranted) &&
    (!caller.authenticated || rights.authenticated) &&
    holdsOneGroup(caller.scopes, rights.scopes) &&
    holdsOneGroup(caller.roles, rights.roles ?? NO_ROLES) &&
    (caller.domains.length === 0 || (domain !== null && caller.domains.includes(domain))) &&
    (caller.purposes.length === 0 || (purpose !== null && caller.purposes.includes(purpose)))
  );
}

/** What is ruled of one element, or of several alike. */
interface RuledElement {
  readonly ruling: Ruling;
  readonly isGranted: boolean;
}

class RuledSchema implements CompiledClassification {
  readonly misfits: readonly Misfit[];
  readonly withoutHash: ReadonlySet<string>;
  readonly #version: string;
  readonly #rulings: ReadonlyMap<string, Ruling>;
  readonly #protected: ProtectedElements;
  readonly #secret: string | null;
  /** Distinct rulings by the coordinates of an operation. */
  readonly #distinct = new WeakMap<readonly string[], readonly RuledElement[]>();

  constructor(
    version: string,
    { rulings, misfits, withoutHash }: RuledElements,
    protectedElements: ProtectedElements,
    secret: string | null,
  ) {
    this.#version = version;
    this.#protected = protectedElements;
    this.#rulings = rulings;
    this.misfits = misfits;
    this.withoutHash = withoutHash;
    this.#secret = secret;
  }

  classified(coordinates: readonly string[]) {
    const found = coordinates.filter((coordinate) => this.#rulings.has(coordinate));
    return { rulesVersion: this.#version, coordinates: found };
  }

  shapeOf(coordinates: readonly string[], rights: Rights): string {
    const ruled = this.#ruledFor(coordinates, rights);
    if (ruled.length === 0) return '';
    let shape = `|${this.#version}`;
    let hashes = false;
    for (const { ruling, isGranted } of ruled) {
      for (const ofClass of ruling.classes) {
        const at = decide(ofClass, rights, isGranted);
        shape += `,${at}`;
        const outcome = ofClass.options[at]?.outcome;
        hashes ||= typeof outcome === 'object' && outcome.kind === 'hash';
      }
    }
    // As JSON, so that no name of a purpose can be read as something else.
    return hashes ? `${shape}|${JSON.stringify(rights.purpose ?? null)}` : shape;
  }

  masksAny(coordinates: readonly string[], rights: Rights): boolean {
    return this.#ruledFor(coordinates, rights).some(({ ruling, isGranted }) =>
      ruling.classes.some((ofClass) => {
        const outcome = ofClass.options[decide(ofClass, rights, isGranted)]?.outcome;
        return typeof outcome === 'object';
      }),
    );
  }

  effectsOf(coordinates: readonly string[], rights: Rights): Effects {
    const effects = new Map<string, Effect>();
    for (const coordinate of coordinates) {
      const ruling = this.#rulings.get(coordinate);
      const effect = ruling === undefined ? null : this.#strictest(coordinate, ruling, rights);
      if (effect !== null) effects.set(coordinate, effect);
    }
    return effects;
  }

  /** What is ruled of an operation: once for elements of one ruling, unless grants tell them apart. */
  #ruledFor(coordinates: readonly string[], rights: Rights): readonly RuledElement[] {
    const { grants = null } = rights;
    if (grants === null) return this.#distinctOf(coordinates);
    return coordinates.flatMap((coordinate) => {
      const ruling = this.#rulings.get(coordinate);
      if (ruling === undefined) return [];
      return [{ ruling, isGranted: this.#isGranted(coordinate, grants) }];
    });
  }

  #distinctOf(coordinates: readonly string[]): readonly RuledElement[] {
    let ruled = this.#distinct.get(coordinates);
    if (ruled === undefined) {
      const found = coordinates.map((coordinate) => this.#rulings.get(coordinate));
      const rulings = [...new Set(found)].filter((ruling) => ruling !== undefined);
      ruled = rulings.map((ruling) => ({ ruling, isGranted: false }));
      this.#distinct.set(coordinates, ruled);
    }
    return ruled;
  }

  /** A field that is protected by its type alone is granted with its type. */
  #isGranted(coordinate: string, grants: GrantedElements): boolean {
    const [type = ''] = coordinate.split('.');
    const { ofField, ofType } = this.#protected;
    const element = (ofField.get(coordinate) ?? ofType.get(type))?.element;
    return element !== undefined && grants.covers(element);
  }

  /** A refusal before any mask, and the mask of a stricter class before that of another. */
  #strictest(coordinate: string, { classes }: Ruling, rights: Rights): Effect | null {
    const { grants = null } = rights;
    const isGranted = grants !== null && this.#isGranted(coordinate, grants);
    let strictest: Effect | null = null;
    for (const ofClass of classes) {
      const option = ofClass.options[decide(ofClass, rights, isGranted)];
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

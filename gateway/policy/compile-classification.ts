import type { GraphQLSchema } from 'graphql';
import type { Classification, Effect, Effects } from './classification.ts';
import type { ClassificationRules } from './classification-rules.ts';
import {
  type Decision,
  decideRuling,
  findDecidingRule,
  findRulesNotNow,
  type TimedRule,
} from './decide-ruling.ts';
import { createMask, deriveHashKey, type MaskValue } from './mask.ts';
import { hasMaskedGrants, MaskedGrants, type ProtectedElements } from './masked-grants.ts';
import type { GrantedElements, ProtectedElement, Rights } from './requirement.ts';
import { buildRulings, type Misfit, type RuledElements, type Ruling } from './rulings.ts';
import type { TagIndex } from './tag-index.ts';

/** What the rules are made ready for. */
export interface ClassifiedSchema {
  readonly tags: TagIndex;
  readonly requirements: ProtectedElements;
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
  return new RuledSchema(rules.version, ruled, schema.requirements, secret);
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
  readonly #maskedGrants: MaskedGrants;
  readonly #secret: string | null;
  /** Distinct rulings by the coordinates of an operation. */
  readonly #distinct = new WeakMap<readonly string[], readonly RuledElement[]>();

  constructor(
    version: string,
    ruled: RuledElements,
    protectedElements: ProtectedElements,
    secret: string | null,
  ) {
    this.#version = version;
    this.#protected = protectedElements;
    this.#maskedGrants = new MaskedGrants(ruled, protectedElements, secret !== null);
    this.#rulings = ruled.rulings;
    this.misfits = ruled.misfits;
    this.withoutHash = ruled.withoutHash;
    this.#secret = secret;
  }

  classified(coordinates: readonly string[]) {
    const found = coordinates.filter((coordinate) => this.#rulings.has(coordinate));
    return { rulesVersion: this.#version, coordinates: found };
  }

  shapeOf(coordinates: readonly string[], rights: Rights): string {
    if (hasMaskedGrants(rights)) return this.#shapeOfMasked(coordinates, rights);
    const ruled = this.#ruledFor(coordinates, rights);
    if (ruled.length === 0) return '';
    let shape = `|${this.#version}`;
    let hashes = false;
    for (const { ruling, isGranted } of ruled) {
      for (const ofClass of ruling.classes) {
        const at = findDecidingRule(ofClass, rights, isGranted);
        shape += `,${at}`;
        const outcome = ofClass.options[at]?.outcome;
        hashes ||= typeof outcome === 'object' && outcome.kind === 'hash';
      }
    }
    return hashes ? shape + toPurposeShape(rights) : shape;
  }

  /** What was granted masked may differ for each element, so it is written for each. */
  #shapeOfMasked(coordinates: readonly string[], rights: Rights): string {
    const decisions = this.#decideAll(coordinates, rights);
    if (decisions.length === 0) return '';
    const shape = `|${this.#version}|${JSON.stringify(decisions)}`;
    const hashes = decisions.some((one) => one.kind === 'mask' && one.mask.kind === 'hash');
    return hashes ? shape + toPurposeShape(rights) : shape;
  }

  #decideAll(coordinates: readonly string[], rights: Rights): readonly Decision[] {
    return coordinates.flatMap((coordinate) => {
      const ruling = this.#rulings.get(coordinate);
      return ruling === undefined ? [] : [this.#decide(coordinate, ruling, rights)];
    });
  }

  masksAny(coordinates: readonly string[], rights: Rights): boolean {
    if (hasMaskedGrants(rights)) {
      return this.#decideAll(coordinates, rights).some(({ kind }) => kind === 'mask');
    }
    return this.#ruledFor(coordinates, rights).some(({ ruling, isGranted }) =>
      ruling.classes.some((ofClass) => {
        const outcome = ofClass.options[findDecidingRule(ofClass, rights, isGranted)]?.outcome;
        return typeof outcome === 'object';
      }),
    );
  }

  effectsOf(coordinates: readonly string[], rights: Rights): Effects {
    const effects = new Map<string, Effect>();
    for (const coordinate of coordinates) {
      const ruling = this.#rulings.get(coordinate);
      if (ruling === undefined) continue;
      const decision = this.#decide(coordinate, ruling, rights);
      if (decision.kind === 'deny') effects.set(coordinate, decision);
      if (decision.kind !== 'mask') continue;
      effects.set(coordinate, { ...decision, apply: this.#masking(decision.mask, rights) });
    }
    return effects;
  }

  rulesNotNow(coordinate: string, rights: Rights): readonly TimedRule[] {
    const { grants = null } = rights;
    const isGranted = grants !== null && this.#isGranted(coordinate, grants);
    const classes = this.#rulings.get(coordinate)?.classes ?? [];
    return classes.flatMap((ofClass) => findRulesNotNow(ofClass, rights, isGranted));
  }

  openedBy(rights: Rights): Rights {
    const { grants } = rights;
    if (!hasMaskedGrants(rights) || !grants) return rights;
    const covers = (element: ProtectedElement) =>
      grants.covers(element) || this.#maskedGrants.opens(element, rights);
    return { ...rights, grants: { covers } };
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

  #decide(coordinate: string, ruling: Ruling, rights: Rights): Decision {
    const { grants = null } = rights;
    const isGranted = grants !== null && this.#isGranted(coordinate, grants);
    const decision = decideRuling(ruling, rights, isGranted);
    return this.#maskedGrants.decide(coordinate, ruling, rights, decision);
  }

  #masking(mask: Parameters<typeof createMask>[0], { purpose = null }: Rights): MaskValue {
    const isHash = mask.kind === 'hash' && this.#secret !== null;
    return createMask(mask, isHash ? deriveHashKey(this.#secret, purpose) : NO_KEY);
  }
}

/** As JSON, so that no name of a purpose can be read as something else. */
function toPurposeShape({ purpose = null }: Rights): string {
  return `|${JSON.stringify(purpose)}`;
}

const NO_KEY = new Uint8Array(0);

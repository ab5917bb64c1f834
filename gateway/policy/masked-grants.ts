/**
 * What becomes of access that was granted in masked form.
 *
 * It opens what has a class and a form to be masked in, never more: a value that nobody can mask stays
 * closed. It never takes away what a caller sees without it. What asks by data of a class, or is computed
 * from it, is refused to those who see something of that class only because it was granted masked.
 *
 * @module
 */
import { ALLOWED, type Decision, decideRuling } from './decide-ruling.ts';
import { fitsType, type Mask } from './mask.ts';
import {
  type GrantedElements,
  type GrantedMask,
  isSatisfied,
  type ProtectedElement,
  type Requirement,
  type Rights,
} from './requirement.ts';
import type { Maskable, RuledElements, Ruling } from './rulings.ts';

/** What is protected, and so can be granted, by coordinate of a type and of a field. */
export interface ProtectedElements {
  readonly ofType: ReadonlyMap<string, Requirement>;
  readonly ofField: ReadonlyMap<string, Requirement>;
}

/** Rights with something granted in masked form. */
type MaskedRights = Rights & {
  readonly grants: GrantedElements & Required<Pick<GrantedElements, 'maskOf'>>;
};

/** Tells whether something was granted in masked form. */
export function hasMaskedGrants(rights: Rights): rights is MaskedRights {
  return rights.grants?.maskOf !== undefined;
}

const REFUSED: Decision = { kind: 'deny', rule: null, isForMaskedGrant: true };

/** Where neither grant nor rules name a mask that fits. */
const PLAIN_MASKS: readonly Mask[] = [{ kind: 'redacted' }, { kind: 'year' }, { kind: 'null' }];

export class MaskedGrants {
  readonly #ruled: RuledElements;
  readonly #protected: ProtectedElements;
  readonly #canHash: boolean;
  /** Coordinates of values that can be granted. */
  readonly #grantable: readonly string[];
  /** By rights, which are one object for a request. */
  readonly #hidden = new WeakMap<Rights, ReadonlySet<string>>();

  constructor(ruled: RuledElements, protectedElements: ProtectedElements, canHash: boolean) {
    this.#ruled = ruled;
    this.#protected = protectedElements;
    this.#canHash = canHash;
    this.#grantable = [...ruled.maskable].flatMap(([coordinate, { kind }]) =>
      kind === 'value' && this.#requirementsAt(coordinate).length > 0 ? [coordinate] : [],
    );
  }

  /** @param without What becomes of the element without what was granted masked. */
  decide(coordinate: string, ruling: Ruling, rights: Rights, without: Decision): Decision {
    if (!hasMaskedGrants(rights)) return without;
    if (without.kind === 'allow' && this.#tellsHidden(coordinate, ruling, rights)) return REFUSED;
    const wish = this.#wishFor(coordinate, rights);
    if (wish === null) return without;
    const masked = this.#mask(coordinate, ruling, rights, wish.mask);
    return wish.isNeeded || without.kind === 'deny' ? masked : without;
  }

  /** Tells whether what was granted masked opens a protected element. */
  opens({ coordinate }: ProtectedElement, rights: Rights): boolean {
    const ruling = this.#ruled.rulings.get(coordinate);
    if (ruling === undefined || !hasMaskedGrants(rights)) return false;
    const wish = this.#wishFor(coordinate, rights);
    if (wish?.isNeeded !== true) return false;
    return this.#mask(coordinate, ruling, rights, wish.mask).kind !== 'deny';
  }

  /**
   * @returns Null where nothing is granted masked here, or where more is lacking than that. Needed is
   *   what the caller could not use otherwise.
   */
  #wishFor(
    coordinate: string,
    rights: MaskedRights,
  ): (GrantedMask & { readonly isNeeded: boolean }) | null {
    const required = this.#requirementsAt(coordinate);
    const unmet = required.filter((requirement) => !isSatisfied(requirement, rights));
    const [first, ...others] = (unmet.length === 0 ? required.slice(0, 1) : unmet).map(
      ({ element }) => (element === undefined ? null : rights.grants.maskOf?.(element)),
    );
    if (!first || others.some((other) => !other)) return null;
    return { mask: first.mask, isNeeded: unmet.length > 0 };
  }

  /** Those of a field, and of the type that it stands on; the field's own first. */
  #requirementsAt(coordinate: string): readonly Requirement[] {
    const [type = ''] = coordinate.split('.');
    const { ofField, ofType } = this.#protected;
    return [ofField.get(coordinate), ofType.get(type)].filter((one) => one !== undefined);
  }

  #isCovered(coordinate: string, { grants }: MaskedRights): boolean {
    const element = this.#requirementsAt(coordinate)[0]?.element;
    return element !== undefined && grants.covers(element);
  }

  #isGranted(coordinate: string, rights: MaskedRights): boolean {
    const element = this.#requirementsAt(coordinate)[0]?.element;
    if (element === undefined) return false;
    return rights.grants.covers(element) || (rights.grants.maskOf?.(element) ?? null) !== null;
  }

  /** The rules decide as for what was granted as it is, and what they allow then is masked. */
  #mask(coordinate: string, ruling: Ruling, rights: MaskedRights, named: Mask | null): Decision {
    const maskable = this.#ruled.maskable.get(coordinate);
    if (maskable === undefined) return REFUSED;
    const decided = decideRuling(ruling, rights, this.#isGranted(coordinate, rights));
    if (decided.kind !== 'allow') return decided;
    if (maskable.kind === 'type') return ALLOWED;
    if (maskable.kind === 'objects') {
      return this.#wishFor(maskable.of, rights)?.isNeeded === true ? ALLOWED : REFUSED;
    }
    const mask = this.#firstFitting(maskable, ruling, named);
    return mask === null ? REFUSED : { kind: 'mask', rule: null, mask };
  }

  #firstFitting(
    { type }: Extract<Maskable, { kind: 'value' }>,
    { classes }: Ruling,
    named: Mask | null,
  ): Mask | null {
    const ofRules = classes.flatMap(({ options }) => options.map(({ outcome }) => outcome));
    const masks = [...(named === null ? [] : [named]), ...ofRules, ...PLAIN_MASKS];
    const fits = (mask: (typeof masks)[number]): mask is Mask =>
      typeof mask === 'object' && fitsType(mask, type) && (mask.kind !== 'hash' || this.#canHash);
    return masks.find(fits) ?? null;
  }

  #tellsHidden(coordinate: string, { classes }: Ruling, rights: MaskedRights): boolean {
    if (!this.#ruled.telling.has(coordinate)) return false;
    const hidden = this.#hiddenFrom(rights);
    return classes.some(({ name }) => hidden.has(name));
  }

  /** Classes of which the caller sees something only because it was granted masked. */
  #hiddenFrom(rights: MaskedRights): ReadonlySet<string> {
    let hidden = this.#hidden.get(rights);
    if (hidden === undefined) {
      const opened = this.#grantable.filter((coordinate) =>
        this.#isShownMasked(coordinate, rights),
      );
      const classes = opened.flatMap((coordinate) => {
        const maskable = this.#ruled.maskable.get(coordinate);
        return maskable?.kind === 'value' ? maskable.classes : [];
      });
      hidden = new Set(classes);
      this.#hidden.set(rights, hidden);
    }
    return hidden;
  }

  #isShownMasked(coordinate: string, rights: MaskedRights): boolean {
    const ruling = this.#ruled.rulings.get(coordinate);
    const wish = this.#wishFor(coordinate, rights);
    if (ruling === undefined || wish === null) return false;
    const isSeen = () => decideRuling(ruling, rights, this.#isCovered(coordinate, rights));
    if (!wish.isNeeded && isSeen().kind !== 'deny') return false;
    return this.#mask(coordinate, ruling, rights, wish.mask).kind === 'mask';
  }
}

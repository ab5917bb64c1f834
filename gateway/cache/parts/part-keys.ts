import { createHash } from 'node:crypto';
import type { KeptPart, PartCall, PartGroup } from './part-kind.ts';

/** What decides for one request which parts are for it. */
export interface PartRights {
  /** All that a product is told of the caller besides who it is and its scopes. */
  readonly told: (subgraph: string) => string;
  /** Equal for two requests only when they are the same caller's; null for one who is not known. */
  readonly caller: string | null;
  /** Whether what is kept will do. */
  readonly takesKept: boolean;
  /** Whether what is stale will do while a newer one is made. */
  readonly takesStale: boolean;
}

/** A longer key is digested: variables can be as large as a request. */
const LONGEST_KEY = 200;

const NO_GROUPS: readonly PartGroup[] = [];

/** The keys of one request; most of its calls to one product have the same. */
export class PartKeys {
  readonly #rights: PartRights;
  readonly #bySubgraph = new Map<string, KeysOfCalls>();

  constructor(rights: PartRights) {
    this.#rights = rights;
  }

  /** For all who are told the same. */
  shared(call: PartCall): string {
    return this.#of(call).shared;
  }

  /** For the caller alone; null where it is not known. */
  own(call: PartCall): string | null {
    const { caller } = this.#rights;
    return caller === null ? null : this.#of(call).of(caller);
  }

  /** What is kept for the caller alone comes first: it is never less strict. */
  groupsOf(call: PartCall, groups: ReadonlyMap<string, PartGroup>): readonly PartGroup[] {
    const ownKey = this.own(call);
    const own = ownKey === null ? undefined : groups.get(ownKey);
    const shared = groups.get(this.shared(call));
    if (own === undefined) return shared === undefined ? NO_GROUPS : [shared];
    return shared === undefined ? [own] : [own, shared];
  }

  /** A digest of all that the parts of a call have in common besides who may have them. */
  placeOf(call: PartCall, version: string): string {
    const { subgraph, bodyStart, variables } = call;
    const told = this.#of(call).told;
    const hash = createHash('sha256');
    // Lengths stand before, so that no two different places are written alike.
    for (const text of [version, subgraph, bodyStart, variables, told]) {
      hash.update(`${text.length} ${text}`);
    }
    return hash.digest('base64url');
  }

  #of({ subgraph, variables }: PartCall): KeysOfCalls {
    let keys = this.#bySubgraph.get(subgraph);
    if (keys === undefined || keys.variables !== variables) {
      keys = new KeysOfCalls(variables, keys?.told ?? this.#rights.told(subgraph));
      this.#bySubgraph.set(subgraph, keys);
    }
    return keys;
  }
}

/** Of calls with the same variables to one product. */
class KeysOfCalls {
  readonly variables: string;
  readonly told: string;
  readonly shared: string;
  #own: string | null = null;

  constructor(variables: string, told: string) {
    this.variables = variables;
    this.told = told;
    this.shared = writeKey(variables, told, '');
  }

  of(caller: string): string {
    this.#own ??= writeKey(this.variables, this.told, `\n${caller}`);
    return this.#own;
  }
}

/** Lengths stand before, so that no two different keys are written alike. */
function writeKey(variables: string, told: string, caller: string): string {
  const key = `${variables.length} ${told.length} ${variables}${told}${caller}`;
  return key.length > LONGEST_KEY ? createHash('sha256').update(key).digest('base64url') : key;
}

/** The first part of a text that one of the groups has. */
export function pick(groups: readonly PartGroup[], text: string): KeptPart | undefined {
  for (const group of groups) {
    const part = group.parts.get(text);
    if (part !== undefined) return part;
  }
  return undefined;
}

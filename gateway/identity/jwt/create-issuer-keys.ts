import {
  type CompactJWSHeaderParameters,
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
} from 'jose';

/** Where the keys of an issuer come from, and how often they may be asked for. */
export interface IssuerKeysSettings {
  readonly load: () => Promise<JSONWebKeySet>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Age from which a key set is loaded anew, behind the back of the request that notices. */
  readonly freshMs: number;
  /** Age to which a key set is used while its source fails. */
  readonly staleMs: number;
  /** Shortest time between two loads, after one that succeeded. */
  readonly cooldownMs: number;
  /** Shortest time between two loads, after one that failed. */
  readonly retryMs: number;
  /** Told of every load that fails, with what went wrong; must not throw. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Finds the keys a token may have been signed with: usually one, several when the token does not
 * name its key, none when no key fits; null when no key set is to be had.
 */
export type FindKeys = (header: CompactJWSHeaderParameters) => Promise<readonly CryptoKey[] | null>;

/** The keys of one issuer. */
export interface IssuerKeys {
  readonly find: FindKeys;
  /** Loads the keys when there are none or they are no longer fresh; never rejects. */
  refresh(): Promise<void>;
}

/** Public keys are of these kinds; a shared secret in a published set is no secret. */
const PUBLIC_KEY_TYPES: ReadonlySet<unknown> = new Set(['RSA', 'EC', 'OKP']);

/** Keys tried for a token that does not name its own; an issuer in rotation has two or three. */
const MOST_CANDIDATES = 8;

/**
 * Keeps the key set of one issuer.
 *
 * A key that is not in the set makes it load again, which is how a rotation is noticed. As anyone
 * can send tokens that name unknown keys, loads are at least a cooldown apart and never two at a
 * time; callers in between are answered from what is there. A source that fails is left alone for
 * a while too, and the last good set serves on until it is stale. A set without a public key
 * counts as a failure: an issuer that withdraws a key has another one by then.
 */
export function createIssuerKeys(settings: IssuerKeysSettings): IssuerKeys {
  const { load, now, freshMs, staleMs, cooldownMs, retryMs, onFailure } = settings;
  let keySet: {
    readonly select: ReturnType<typeof createLocalJWKSet>;
    readonly at: number;
  } | null = null;
  let loading: Promise<void> | null = null;
  let nextLoadAt = Number.NEGATIVE_INFINITY;

  const loadNow = async (): Promise<void> => {
    try {
      keySet = { select: createLocalJWKSet(withPublicKeys(await load())), at: now() };
      nextLoadAt = now() + cooldownMs;
    } catch (error) {
      nextLoadAt = now() + retryMs;
      onFailure(error);
    } finally {
      loading = null;
    }
  };

  /** Never rejects: a failure shows in what is there afterwards. */
  const reload = (): Promise<void> => {
    if (loading === null && now() >= nextLoadAt) loading = loadNow();
    return loading ?? Promise.resolve();
  };

  const isUsable = () => keySet !== null && now() - keySet.at <= staleMs;

  const isFresh = () => keySet !== null && now() - keySet.at <= freshMs;

  const find: FindKeys = async (header) => {
    if (!isUsable()) await reload();
    else if (!isFresh()) void reload();
    if (keySet === null || !isUsable()) return null;

    const before = keySet;
    const found = await select(before.select, header);
    if (found.length > 0) return found;

    await reload();
    return keySet === before ? found : select(keySet.select, header);
  };

  return { find, refresh: async () => (isFresh() ? undefined : reload()) };
}

/** @throws {Error} When there is no key that a signature could be checked with. */
function withPublicKeys(keySet: JSONWebKeySet): JSONWebKeySet {
  const keys = (keySet as Partial<JSONWebKeySet> | null)?.keys;
  if (Array.isArray(keys) && keys.some((key) => PUBLIC_KEY_TYPES.has(key?.kty))) return keySet;
  throw new Error('a key set has no public key');
}

/** A key that is broken or of a kind not supported counts as no key. */
async function select(
  keySet: ReturnType<typeof createLocalJWKSet>,
  header: CompactJWSHeaderParameters,
): Promise<readonly CryptoKey[]> {
  try {
    return [await keySet(header)];
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return [];
    const candidates: CryptoKey[] = [];
    for await (const key of error) {
      if (candidates.push(key) === MOST_CANDIDATES) break;
    }
    return candidates;
  }
}

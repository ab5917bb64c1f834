import { LRUCache } from 'lru-cache';

/** Who may be given a kept answer: anybody of equal rights, one caller, or it does not say. */
export type LifetimeScope = 'public' | 'private' | 'unstated';

/** How long, and for whom, a response may be kept by what its headers say. */
export interface Lifetime {
  readonly scope: LifetimeScope;
  /** Seconds from its arrival during which it may be given instead of asking; 0 forbids keeping it. */
  readonly freshSeconds: number;
  /** Seconds after that during which it may be given while a newer one is fetched (RFC 5861, 3). */
  readonly staleWhileRevalidateSeconds: number;
  /** Seconds after `freshSeconds` during which it may be given when asking fails (RFC 5861, 4). */
  readonly staleIfErrorSeconds: number;
}

/** Of what may not be kept. */
export const NO_LIFETIME: Lifetime = Object.freeze({
  scope: 'private',
  freshSeconds: 0,
  staleWhileRevalidateSeconds: 0,
  staleIfErrorSeconds: 0,
});

/** Of what the product forbids to keep, as far as that has to be told apart. */
export const NO_STORE: Lifetime = Object.freeze({ ...NO_LIFETIME });

/** Headers of a response, absent ones as undefined; several lines of one name as a list. */
export interface LifetimeHeaders {
  readonly 'cache-control'?: string | string[] | undefined;
  readonly age?: string | string[] | undefined;
  readonly vary?: string | string[] | undefined;
}

/** No product has a reason to say more; what is longer counts as a prohibition. */
const LONGEST_HEADER = 1000;

/** Where seconds are cut off, as RFC 9111 section 1.2.2 has it. */
const MOST_SECONDS = 2 ** 31;

const QUOTED = /"(?:[^"\\]|\\.)*"/g;
const DIRECTIVE = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*([^\s,]*))?/g;

/**
 * Reads how long a response may be kept.
 *
 * Directives that are not known, and their values, count for nothing. What is said twice counts in
 * its strictest form. Without `Cache-Control`, or with one that cannot be read, nothing is kept.
 *
 * @returns `NO_STORE` where keeping is forbidden, `NO_LIFETIME` for what is stale on arrival too.
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2
 */
export function readLifetime(headers: LifetimeHeaders): Lifetime {
  const text = toLine(headers['cache-control']);
  if (text === '' || text.length > LONGEST_HEADER) return NO_LIFETIME;
  const vary = toLine(headers.vary);
  const age = headers.age === undefined ? 0 : readAge(toLine(headers.age));
  if (age > 0 || vary.length > LONGEST_HEADER) return readLines(text, vary, age);
  // A product says the same again and again.
  const key = `${text}\n${vary}`;
  let known = READ_BEFORE.get(key);
  if (known === undefined) {
    known = readLines(text, vary, 0);
    READ_BEFORE.set(key, known);
  }
  return known;
}

/** By `Cache-Control` and `Vary`, without `Age`. */
const READ_BEFORE = new LRUCache<string, Lifetime>({ max: 100 });

function readLines(text: string, vary: string, ageSeconds: number): Lifetime {
  const directives = parseDirectives(text);
  const varied = namesOf(vary);
  const isForbidden =
    directives === null ||
    directives.has('no-store') ||
    directives.has('no-cache') ||
    varied.includes('*');
  if (isForbidden) return NO_STORE;

  const lifetimeSeconds = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age');
  const freshSeconds = Math.max(0, (lifetimeSeconds ?? 0) - ageSeconds);
  if (freshSeconds === 0) return NO_LIFETIME;
  const revalidates = directives.has('must-revalidate') || directives.has('proxy-revalidate');
  const staleSeconds = (name: string) => (revalidates ? 0 : (secondsOf(directives, name) ?? 0));
  return {
    scope: varied.includes('authorization') ? 'private' : toScope(directives),
    freshSeconds,
    staleWhileRevalidateSeconds: staleSeconds('stale-while-revalidate'),
    staleIfErrorSeconds: staleSeconds('stale-if-error'),
  };
}

/** `s-maxage` is for shared caches, so it says that one may keep the response (RFC 9111, 3.5). */
function toScope(directives: ReadonlyMap<string, readonly string[]>): LifetimeScope {
  if (directives.has('private')) return 'private';
  return directives.has('public') || directives.has('s-maxage') ? 'public' : 'unstated';
}

/** @returns Null for a text with half a quoted string in it, behind which anything may be meant. */
function parseDirectives(text: string): ReadonlyMap<string, readonly string[]> | null {
  // A value in quotes is one word, whatever commas are in it; only numbers are read of any.
  const plain = text.replace(QUOTED, (quoted) => quoted.slice(1, -1).replace(/[^\w]/g, '_'));
  if (plain.includes('"')) return null;
  const directives = new Map<string, string[]>();
  for (const [, name = '', value = ''] of plain.matchAll(DIRECTIVE)) {
    const key = name.toLowerCase();
    const values = directives.get(key);
    if (values === undefined) directives.set(key, [value]);
    else values.push(value);
  }
  return directives;
}

/** @returns The least of what is said; 0 where one of it is no number; null where nothing is said. */
function secondsOf(
  directives: ReadonlyMap<string, readonly string[]>,
  name: string,
): number | null {
  const values = directives.get(name);
  if (values === undefined) return null;
  return Math.min(...values.map((value) => toSeconds(value) ?? 0));
}

function toSeconds(text: string): number | null {
  return /^\d+$/.test(text) ? Math.min(Number(text), MOST_SECONDS) : null;
}

/** An age that cannot be read is left out, and of several the first counts (RFC 9111, 5.1). */
function readAge(text: string): number {
  return toSeconds(text.split(',', 1).join('').trim()) ?? 0;
}

function namesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((name) => name.trim().toLowerCase());
}

function toLine(value: string | string[] | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : value.join(',');
}

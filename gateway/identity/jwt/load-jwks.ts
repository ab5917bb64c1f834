import { readFile } from 'node:fs/promises';

import type { JSONWebKeySet } from 'jose';

import { readBounded } from '../read-bounded.ts';

/** Bytes of the largest key set that is read; real ones have a few kilobytes. */
const LARGEST_KEY_SET = 512 * 1024;

/** Whether a key set is behind a URL rather than in a file. */
export const isJwksUrl = (source: string): boolean => /^https?:\/\//i.test(source);

/**
 * Loads a key set from where an issuer publishes it.
 *
 * A redirect is an error: it would let whoever controls the first address choose the keys' origin.
 *
 * @param source An http(s) URL or the path of a file.
 * @param timeoutMs Budget for the whole answer of a URL, body included.
 * @returns What was found, its form not yet checked.
 * @throws {Error} When it cannot be had in time, is too large or is not JSON.
 */
export async function loadJwks(source: string, timeoutMs: number): Promise<JSONWebKeySet> {
  if (!isJwksUrl(source)) return JSON.parse(await readFile(source, 'utf8')) as JSONWebKeySet;

  const response = await fetch(source, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await readBounded(response, LARGEST_KEY_SET);
  if (response.status !== 200) throw new Error(`${source} answered with status ${response.status}`);
  return JSON.parse(text) as JSONWebKeySet;
}

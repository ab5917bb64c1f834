import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';

/**
 * Takes a text for a shared secret.
 *
 * @param algorithms HS algorithms; the secret must be as long as the longest hash (RFC 7518, 3.2).
 * @param issuer Named in the message.
 * @throws {MeshgateError} `CONFIG_INVALID` when it is shorter: it could be guessed from one token.
 */
export function toSharedSecret(
  text: string,
  algorithms: readonly string[],
  issuer: string,
): Uint8Array {
  const secret = new TextEncoder().encode(text);
  const leastBytes = Math.max(...algorithms.map((name) => Number(name.slice(2)) / 8));
  if (secret.length >= leastBytes) return secret;
  throw new MeshgateError('CONFIG_INVALID', {
    message: `Expected the secret of the issuer ${issuer} to have at least ${leastBytes} bytes, as ${algorithms.join(', ')} need them, but it is shorter. Agree on a longer one.`,
  });
}

import type { IncomingMessage } from 'node:http';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';

/**
 * Reads a request body whole.
 *
 * A body that is too large is refused as soon as that is known; the rest of it is
 * left to Node, which reads and drops it, so that the client gets to see the answer.
 *
 * @param limitBytes Longest body accepted; a longer one is `REQUEST_TOO_LARGE`.
 * @param done Called once, with the error or the bytes.
 */
export function readBody(
  message: IncomingMessage,
  limitBytes: number,
  done: (error: Error | null, body?: Buffer) => void,
): void {
  if (Number(message.headers['content-length'] ?? 0) > limitBytes) {
    done(tooLarge(limitBytes));
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  let settled = false;

  const settle = (error: Error | null, body?: Buffer): void => {
    // A client that hangs up later makes Node report an error on a body that was read long ago.
    if (settled) return;
    settled = true;
    done(error, body);
  };
  message.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= limitBytes) chunks.push(chunk);
    else settle(tooLarge(limitBytes));
  });
  message.on('end', () => {
    const [first] = chunks;
    settle(null, chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
  });
  message.on('error', (cause) => settle(brokenOff(cause)));
}

function brokenOff(cause: Error): MeshgateError {
  return new MeshgateError('REQUEST_MALFORMED', {
    message: 'Expected a whole request body, given one that breaks off.',
    cause,
  });
}

function tooLarge(limitBytes: number): MeshgateError {
  return new MeshgateError('REQUEST_TOO_LARGE', {
    message: `Expected a request body of at most ${limitBytes} bytes, given a larger one.`,
    details: { limitBytes },
  });
}

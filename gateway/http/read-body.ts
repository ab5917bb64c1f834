import type { IncomingMessage } from 'node:http';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';

/**
 * Reads a request body whole.
 *
 * A body that is too large is refused as soon as that is known; the rest of it is
 * left to Node, which reads and drops it, so that the client gets to see the answer.
 * A body that breaks off never settles: with its connection all who wait for it are gone.
 *
 * @param limitBytes Longest body accepted.
 * @throws {MeshgateError} `REQUEST_TOO_LARGE`.
 */
export function readBody(message: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(message.headers['content-length'] ?? 0) > limitBytes) {
      reject(tooLarge(limitBytes));
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;

    message.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limitBytes) chunks.push(chunk);
      else reject(tooLarge(limitBytes));
    });
    message.on('end', () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
  });
}

function tooLarge(limitBytes: number): MeshgateError {
  return new MeshgateError('REQUEST_TOO_LARGE', {
    message: `Expected a request body of at most ${limitBytes} bytes, given a larger one.`,
    details: { limitBytes },
  });
}

import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../../shared/errors/error-catalog.ts';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { renderErrorBody } from './render-error.ts';

/** Node's codes for requests that never became one; any other means bytes that are not HTTP. */
const CONNECTION_CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/**
 * Answers bytes that Node could not read as an HTTP request, and closes the connection.
 *
 * There is no request to reply to yet, so the answer is written to the socket by hand.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // After the first byte of an answer a second status line would corrupt it.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const known = CONNECTION_CODES[error.code ?? ''];
  const refusal =
    known === undefined
      ? new MeshgateError('REQUEST_MALFORMED', {
          message: 'Expected an HTTP/1.1 request, given bytes that are not one.',
        })
      : new MeshgateError(known);
  const body = renderErrorBody(refusal);
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n${body}`,
  );
}

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { toStatementFailure } from '../../../shared/postgres/open-administrator.ts';

/**
 * Says which file PostgreSQL refused, where and why.
 *
 * @returns `PIPELINE_FAILED` for what the server refused; every other error as it is.
 */
export function toScriptError(error: unknown, path: string, script: string): unknown {
  const failure = toStatementFailure(error, script);
  if (failure === null) return error;
  const place = failure.line === null ? path : `${path}:${failure.line}`;
  return new MeshgateError('PIPELINE_FAILED', {
    message: `${place}: ${failure.message} (SQLSTATE ${failure.state}). Nothing of this file was kept; correct it and run again.`,
    cause: error,
  });
}

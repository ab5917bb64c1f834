import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { Paint } from './paint.ts';

/**
 * Puts an error in words for a person at a terminal.
 *
 * @returns Code and message, ending in a line break; for a bug of ours also where it came from.
 */
export function describeError(error: unknown, paint: Paint): string {
  if (error instanceof MeshgateError) {
    return `${paint.red(`error ${error.code}`)}: ${error.message}\n`;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${paint.red('error INTERNAL_ERROR')}: Something went wrong inside meshgate.\n${detail}\n`;
}

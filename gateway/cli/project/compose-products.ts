import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import {
  composeSupergraph,
  type SubgraphSource,
} from '../../control/composition/compose-supergraph.ts';

/**
 * Composes subgraphs into the text of a supergraph.
 *
 * @throws {MeshgateError} `COMPOSITION_FAILED` with every problem, one a line.
 */
export function composeProducts(subgraphs: readonly SubgraphSource[]): string {
  const outcome = composeSupergraph(subgraphs);
  if (outcome.ok) return outcome.supergraphSdl;
  const lines = outcome.errors.map(({ code, message, subgraphs: names }) => {
    const where = names.length === 0 ? '' : ` [${names.join(', ')}]`;
    return `${code}${where}: ${message}`;
  });
  throw new MeshgateError('COMPOSITION_FAILED', {
    message: `Expected the subgraphs to compose into one supergraph, but:\n${lines.join('\n')}`,
    details: { problems: outcome.errors },
  });
}

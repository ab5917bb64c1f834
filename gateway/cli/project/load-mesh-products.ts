import { pathToFileURL } from 'node:url';

import {
  loadProductFolder,
  type ProductFolder,
} from '../../../shared/contract/load-product-folder.ts';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { listProducts } from '../../control/pipeline/product-files.ts';

/**
 * Loads the data products of a folder, in the order of the ports that their descriptors name.
 *
 * @param names Only these; all when left out.
 * @throws {MeshgateError} `CONFIG_INVALID` when there is no such product; `DESCRIPTOR_INVALID`
 *   with every problem of every file.
 */
export async function loadMeshProducts(
  productsFolder: string,
  names?: readonly string[],
): Promise<readonly ProductFolder[]> {
  const known = await listProducts(productsFolder);
  const unknown = names?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `Expected the name of a data product (${known.join(', ')}), but got ${unknown.join(', ')}.`,
    });
  }
  const loaded = await Promise.all(
    (names ?? known).map(async (name) => ({
      name,
      outcome: await loadProductFolder(pathToFileURL(`${productsFolder}/${name}/`)),
    })),
  );
  const problems = loaded.flatMap(({ name, outcome }) =>
    outcome.ok
      ? []
      : outcome.problems.map(({ file, path, line, expected, given }) => {
          const place = line === null ? file : `${file}:${line}`;
          const key = path === '' ? '' : ` ${path}:`;
          return `subgraphs/${name}/${place}:${key} expected ${expected}, but found ${given}`;
        }),
  );
  if (problems.length > 0) {
    throw new MeshgateError('DESCRIPTOR_INVALID', {
      message: `The data products are not described as they must be:\n${problems.join('\n')}`,
      details: { problems },
    });
  }
  return loaded
    .flatMap(({ outcome }) => (outcome.ok ? [outcome.product] : []))
    .toSorted((a, b) => portOf(a) - portOf(b));
}

/** @returns The port that the descriptor's routing URL names. */
export function portOf({ subgraph }: ProductFolder): number {
  const { port, protocol } = subgraph.routingUrl;
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

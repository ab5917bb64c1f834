import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MeshgateError } from '../../errors/meshgate-error.ts';

export interface ProductFolder {
  /** Last segment of the path: the name of the product, of its subgraph and of its audience. */
  readonly name: string;
  /** Where the standard files are. */
  readonly url: URL;
}

const NAME_FORM = /^[a-z][a-z0-9-]{0,62}$/;

/** Whether a data product may have this name: it becomes a path, a role and a token's audience. */
export function isProductName(name: string): boolean {
  return NAME_FORM.test(name);
}

/**
 * Finds the standard files of a product. The compiler writes code only, so a
 * product that runs from `dist/subgraphs/NAME/` has them in `subgraphs/NAME/`.
 *
 * @param folder Where the code of the product is, with a slash at the end.
 * @throws {MeshgateError} `CONFIG_INVALID` when there is no `schema.graphql` or the
 *   folder's name cannot be that of a product.
 */
export function findProductFolder(folder: URL): ProductFolder {
  const source = new URL(folder.href.replace(/\/dist\/(?!.*\/dist\/)/, '/'));
  const url = [folder, source].find((place) => existsSync(new URL('schema.graphql', place)));
  if (url === undefined) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `There is no schema.graphql in ${fileURLToPath(source)}.`,
    });
  }

  const name = basename(fileURLToPath(url));
  if (!isProductName(name)) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `The folder of a product must be named in lower-case letters, digits and hyphens, not "${name}".`,
    });
  }
  return { name, url };
}

import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where things are in this installation. */
export interface ProjectPaths {
  /** Folder with one folder per data product. */
  readonly productsFolder: string;
  /** Program that hosts data products, in the form (source or compiled) that runs now. */
  readonly productHost: string;
}

/**
 * Finds the installation around this very file.
 *
 * Compiled code is in `dist/`, in the same tree as the sources; standard files of products
 * stay with the sources and are never copied.
 */
export function findProjectPaths(): ProjectPaths {
  const here = fileURLToPath(import.meta.url);
  const codeRoot = dirname(dirname(dirname(here)));
  const parent = dirname(codeRoot);
  const isCompiled = basename(codeRoot) === 'dist' && existsSync(join(parent, 'package.json'));
  return {
    productsFolder: join(isCompiled ? parent : codeRoot, 'subgraphs'),
    productHost: join(codeRoot, 'shared', 'kit', `main${extname(here)}`),
  };
}

import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PROJECT_ROOT } from '../../../shared/lang/project-root.ts';

/** Where things are in this installation. */
export interface ProjectPaths {
  /** Folder with one folder per data product. */
  readonly productsFolder: string;
  /** Governance rules that come with the gateway. */
  readonly rulesFile: string;
  /** Program that hosts data products, in the form (source or compiled) that runs now. */
  readonly productHost: string;
}

/** Finds the installation around this very file. */
export function findProjectPaths(): ProjectPaths {
  const host = `../../../shared/kit/main${extname(import.meta.url)}`;
  return {
    productsFolder: fileURLToPath(new URL('subgraphs', PROJECT_ROOT)),
    rulesFile: fileURLToPath(new URL('gateway/policies/classification.yaml', PROJECT_ROOT)),
    productHost: fileURLToPath(new URL(host, import.meta.url)),
  };
}

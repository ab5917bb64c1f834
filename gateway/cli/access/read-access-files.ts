import { readFile } from 'node:fs/promises';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { readClassificationRules } from '../../control/governance/read-classification-rules.ts';
import { compileClassification } from '../../policy/compile-classification.ts';
import { loadSupergraphSnapshot } from '../../supergraph/load-supergraph-snapshot.ts';
import type { SupergraphSnapshot } from '../../supergraph/supergraph-snapshot.ts';
import { composeProducts } from '../project/compose-products.ts';
import { loadMeshProducts } from '../project/load-mesh-products.ts';
import { findProjectPaths } from '../project/project-paths.ts';

/** No value is masked here, so any secret will do. */
const NO_SECRET = 'nothing is hashed with this';

/**
 * Loads a supergraph.
 *
 * @param file Undefined composes the data products of this installation.
 * @throws {MeshgateError} `CONFIG_INVALID`, `SUPERGRAPH_INVALID`, and what composing throws.
 */
export async function loadSupergraphFile(file: string | undefined): Promise<SupergraphSnapshot> {
  if (file !== undefined) return loadSupergraphSnapshot(await readText(file, 'a supergraph'));
  const products = await loadMeshProducts(findProjectPaths().productsFolder);
  return loadSupergraphSnapshot(
    composeProducts(
      products.map(({ name, sdl, subgraph }) => ({ name, sdl, url: subgraph.routingUrl.href })),
    ),
  );
}

/**
 * Loads governance rules as they are written, and ready for a supergraph as in a gateway that has a secret to
 * hash with.
 *
 * @param given Undefined takes those that come with the gateway.
 * @throws {MeshgateError} `CONFIG_INVALID`.
 */
export async function loadRulesVersion(given: string | undefined, snapshot: SupergraphSnapshot) {
  const file = given ?? findProjectPaths().rulesFile;
  const rules = readClassificationRules(file, await readText(file, 'governance rules'));
  return { rules, classification: compileClassification(rules, snapshot, NO_SECRET) };
}

/** @throws {MeshgateError} `CONFIG_INVALID`. */
export async function readText(file: string, what: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const message = `Expected ${what} at ${file}, but it cannot be read (${cause.code}).`;
    throw new MeshgateError('CONFIG_INVALID', { message, cause });
  });
}

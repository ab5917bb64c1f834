import { resolve } from 'node:path';

import { type Command, InvalidArgumentError } from 'commander';

import { ACCESS_API, loadAccessSchema } from '../control/api/access/load-access-schema.ts';
import type { CommandTools } from './command-tools.ts';
import { composeProducts } from './project/compose-products.ts';
import { loadMeshProducts } from './project/load-mesh-products.ts';
import { findProjectPaths } from './project/project-paths.ts';
import { writeWhole } from './project/write-whole.ts';

interface ComposeOptions {
  readonly access?: string;
  readonly output?: string;
  readonly json?: true;
}

/**
 * Adds `meshgate compose`, which makes a supergraph of the data products' SDL files.
 *
 * @throws {MeshgateError} From the action: `COMPOSITION_FAILED`, `DESCRIPTOR_INVALID`,
 *   `CONFIG_INVALID` for a product that does not exist.
 */
export function addComposeCommand(program: Command, tools: CommandTools): void {
  program
    .command('compose')
    .description('compose the data products into a supergraph')
    .argument(
      '[name=url...]',
      'products and where they answer (default: all, as described)',
      collect,
    )
    .option(
      '--access <url>',
      'where the API of the control plane answers (default: it is left out)',
      parseUrl,
    )
    .option('--output <file>', 'file to write (default: standard output)')
    .option('--json', 'print what was composed')
    .action((places: readonly Place[] | undefined, options: ComposeOptions) =>
      compose(places ?? [], options, tools),
    );
}

interface Place {
  readonly name: string;
  readonly url: string;
}

async function compose(
  places: readonly Place[],
  { access, output, json }: ComposeOptions,
  { stdout }: CommandTools,
): Promise<void> {
  const names = places.length === 0 ? undefined : places.map(({ name }) => name);
  const products = await loadMeshProducts(findProjectPaths().productsFolder, names);
  const given = new Map(places.map(({ name, url }) => [name, url]));
  const subgraphs = [
    ...products.map(({ name, sdl, subgraph }) => ({
      name,
      sdl,
      url: given.get(name) ?? subgraph.routingUrl.href,
    })),
    ...(access === undefined
      ? []
      : [{ name: ACCESS_API, sdl: await loadAccessSchema(), url: access }]),
  ];
  const supergraph = composeProducts(subgraphs);
  if (output !== undefined) await writeWhole(resolve(output), supergraph);
  if (json === true) {
    const facts = subgraphs.map(({ name, url }) => ({ name, url }));
    stdout.write(`${JSON.stringify({ output: output ?? null, subgraphs: facts })}\n`);
  } else if (output === undefined) stdout.write(supergraph);
}

function parseUrl(given: string): string {
  if (isHttpUrl(given)) return given;
  throw new InvalidArgumentError('Expected an http or https URL.');
}

function isHttpUrl(given: string): boolean {
  return URL.canParse(given) && /^https?:$/.test(new URL(given).protocol);
}

function collect(given: string, earlier: readonly Place[] | undefined): readonly Place[] {
  const [, name, url] = /^([a-z][a-z0-9-]*)=(\S+)$/.exec(given) ?? [];
  if (name === undefined || url === undefined || !isHttpUrl(url)) {
    throw new InvalidArgumentError('Expected name=url with an http or https URL.');
  }
  if (earlier?.some((place) => place.name === name)) {
    throw new InvalidArgumentError(`Expected ${name} once.`);
  }
  return [...(earlier ?? []), { name, url }];
}

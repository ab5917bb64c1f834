import { readdir } from 'node:fs/promises';

import { Kind, parse, visit } from 'graphql';

import {
  loadProductFolder,
  type ProductFolder,
} from '../../shared/contract/load-product-folder.ts';
import { PROJECT_ROOT } from '../../shared/lang/project-root.ts';
import { renderTable } from './markdown-table.ts';

/**
 * Renders `docs/reference/products.md`, the data products and the scopes they ask for, from their
 * descriptors and schemas: Markdown, ending in a newline.
 */
export async function renderProducts(): Promise<string> {
  const products = await loadProducts();
  const rows = products.map((product) => [
    `\`${product.name}\``,
    product.descriptor.domain,
    product.descriptor.team.name,
    String(portOf(product)),
    product.descriptor.description.purpose,
  ]);
  const scopes = new Map<string, string[]>();
  for (const { sdl } of products) {
    for (const { coordinate, names } of findScopes(sdl)) {
      for (const name of names) {
        scopes.set(name, [...(scopes.get(name) ?? []), `\`${coordinate}\``]);
      }
    }
  }
  const scopeRows = [...scopes.keys()]
    .toSorted()
    .map((scope) => [`\`${scope}\``, (scopes.get(scope) ?? []).join(', ')]);
  return `${[
    '# Data products',
    '',
    'Generated from the descriptors and schemas in `subgraphs/`; do not edit.',
    '',
    ...renderTable(['product', 'domain', 'team', 'port', 'purpose'], rows),
    '',
    '## Scopes',
    '',
    'What a token must carry to use these types and fields. A type or field that is not listed needs no',
    'scope; some need a caller who is known (`@authenticated`), and rows are shown by the claim `regions`.',
    '',
    ...renderTable(['scope', 'opens'], scopeRows),
  ].join('\n')}\n`;
}

async function loadProducts(): Promise<readonly ProductFolder[]> {
  const folder = new URL('subgraphs/', PROJECT_ROOT);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const loaded = await Promise.all(
    names.map(async (name) => {
      const outcome = await loadProductFolder(new URL(`${name}/`, folder));
      if (outcome.ok) return outcome.product;
      throw new Error(`subgraphs/${name}: ${JSON.stringify(outcome.problems, null, 2)}`);
    }),
  );
  return loaded.toSorted((a, b) => portOf(a) - portOf(b));
}

function portOf({ subgraph }: ProductFolder): number {
  return Number(subgraph.routingUrl.port);
}

interface ScopedElement {
  /** `Type` or `Type.field`. */
  readonly coordinate: string;
  readonly names: readonly string[];
}

function findScopes(sdl: string): readonly ScopedElement[] {
  const found: ScopedElement[] = [];
  visit(parse(sdl), {
    Directive(node, _key, _parent, _path, ancestors) {
      if (node.name.value !== 'requiresScopes') return;
      const names = new Set<string>();
      visit(node, { StringValue: ({ value }) => void names.add(value) });
      const coordinate = ancestors
        .flatMap((above) =>
          'kind' in above && 'name' in above && above.kind !== Kind.DIRECTIVE ? [above] : [],
        )
        .map((above) => above.name?.value ?? '')
        .join('.');
      found.push({ coordinate, names: [...names] });
    },
  });
  return found;
}

/**
 * The pages of `docs/reference/` that are made from the code's own tables.
 *
 * @module
 */
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { renderCommandLine } from './render/render-command-line.ts';
import { renderConfiguration } from './render/render-configuration.ts';
import { renderErrors } from './render/render-errors.ts';
import { renderMetrics } from './render/render-metrics.ts';
import { renderProducts } from './render/render-products.ts';
import { renderRooms } from './render/render-rooms.ts';

/** Renders a page: Markdown, ending in a newline. */
type RenderPage = () => string | Promise<string>;

/** Pages by file name, but for `rooms.md`, which needs a look at all sources. */
export const REFERENCE_PAGES: Readonly<Record<string, RenderPage>> = {
  'cli.md': renderCommandLine,
  'configuration.md': renderConfiguration,
  'errors.md': renderErrors,
  'metrics.md': renderMetrics,
  'products.md': renderProducts,
};

/** Renders `rooms.md`; takes some seconds. */
export async function renderRoomsPage(): Promise<string> {
  const { output } = await cruise(['gateway', 'subgraphs', 'shared'], {
    includeOnly: { path: '^(gateway|subgraphs|shared)/' },
    tsPreCompilationDeps: true,
  });
  return renderRooms(output as ICruiseResult);
}

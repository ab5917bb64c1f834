/**
 * Writes the generated pages of `docs/reference/`: `npm run docs`.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises';

import { REFERENCE_PAGES, renderRoomsPage } from './reference-pages.ts';

const pages = { ...REFERENCE_PAGES, 'rooms.md': renderRoomsPage };
for (const [name, render] of Object.entries(pages)) {
  await writeFile(new URL(`reference/${name}`, import.meta.url), await render());
  console.log(`docs/reference/${name}`);
}

import { expect, test } from 'vitest';

import { REFERENCE_PAGES } from '../../docs/reference-pages.ts';
import { readProjectFile } from '../support/project-files.ts';

test.each(Object.keys(REFERENCE_PAGES))(
  'docs/reference/%s says what the code says',
  async (page) => {
    const written = readProjectFile(`docs/reference/${page}`);

    expect(written, 'run npm run docs').toBe(await REFERENCE_PAGES[page]?.());
  },
);

import { existsSync } from 'node:fs';

import { expect, test } from 'vitest';

import { PROJECT_URL, readProjectFile } from '../support/project-files.ts';

test('every file that the threat model names is there', () => {
  const page = readProjectFile('docs/explanation/threat-model.md');
  const named = [...page.matchAll(/`((?:test|gateway|shared|subgraphs)\/[^`\s]+)`/g)].map(
    ([, path = '']) => path,
  );

  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(new URL(path, PROJECT_URL)))).toEqual([]);
});

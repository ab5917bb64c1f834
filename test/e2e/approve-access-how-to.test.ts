import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, onTestFinished, test } from 'vitest';

import { findMarkdownBlocks } from '../support/markdown-blocks.ts';
import { readProjectFile } from '../support/project-files.ts';
import { MESHGATE } from '../support/run-command.ts';
import { startMesh } from '../support/start-mesh.ts';

const blocks = findMarkdownBlocks(readProjectFile('docs/how-to/approve-access.md'));

const ID = /\b[rg]-[\da-f]{12}\b/g;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;
const withoutValues = (text: string) => text.replace(ID, 'ID').replace(INSTANT, 'INSTANT').trim();

test('each command of the page works as it is typed, and prints what the page says', async () => {
  const mesh = await startMesh();
  onTestFinished(() => mesh.stop());
  /** Ids of this run by those of the page. */
  const ids = new Map<string, string>();

  const run = async (script: string): Promise<string> => {
    const typed = script
      .replace(ID, (id) => ids.get(id) ?? id)
      .replaceAll('http://127.0.0.1:4000', mesh.url)
      .replace(/\bmeshgate (?=access|token)/g, `'${process.execPath}' '${MESHGATE}' `);
    const shell = ['-c', `set -eu\n${typed}`];
    return (await promisify(execFile)('/bin/sh', shell, { cwd: mesh.folder })).stdout;
  };

  let shown = 0;
  for (const [index, { info, text }] of blocks.entries()) {
    if (info !== 'sh') continue;
    const output = await run(text);
    const next = blocks[index + 1];
    if (next?.info === 'json') {
      const [printed, told] = [output, next.text].map((text) => JSON.parse(withoutValues(text)));
      expect(printed).toEqual(told);
    }
    if (next?.info === 'text') expect(withoutValues(output)).toBe(withoutValues(next.text));
    if (next?.info === 'text' || next?.info === 'json') {
      const found = output.match(ID) ?? [];
      for (const [place, id] of (next.text.match(ID) ?? []).entries()) {
        ids.set(id, found[place] ?? id);
      }
    }
    shown += 1;
  }

  expect(shown).toBe(20);
  expect([...ids.keys()]).toHaveLength(9);
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, onTestFinished, test } from 'vitest';

import { findMarkdownBlocks } from '../support/markdown-blocks.ts';
import { createMeshPlace } from '../support/mesh-place.ts';
import { readProjectFile } from '../support/project-files.ts';
import { MESHGATE, PLAIN_ENVIRONMENT } from '../support/run-command.ts';
import { startMesh } from '../support/start-mesh.ts';

const blocks = findMarkdownBlocks(readProjectFile('docs/how-to/rows-by-region.md'));
const START = 'ROW_CLAIMS=desk meshgate up';

test('the rule of the page is the one that the product declares', () => {
  const [declared = ''] = blocks.filter(({ info }) => info === 'yaml').map(({ text }) => text);

  expect(readProjectFile('subgraphs/shipments/product.odps.yaml')).toContain(declared);
});

test('each command of the page works as it is typed, and prints what the page says', async () => {
  const mesh = await startMesh();
  onTestFinished(() => mesh.stop());
  const run = async (script: string): Promise<string> => {
    const typed = script
      .replaceAll('http://127.0.0.1:4000', mesh.url)
      .replace(/\bmeshgate (?=product|pipeline|token)/g, `'${process.execPath}' '${MESHGATE}' `);
    const shell = ['-c', `set -eu\n${typed}`];
    return (await promisify(execFile)('/bin/sh', shell, { cwd: mesh.folder })).stdout;
  };

  const shown: string[] = [];
  for (const [index, { info, text }] of blocks.entries()) {
    const next = blocks[index + 1];
    if (info !== 'sh' || text === START || next === undefined) continue;
    const output = await run(text);
    if (next.info === 'json') expect(JSON.parse(output)).toEqual(JSON.parse(next.text));
    else expect(output.trimEnd()).toBe(next.text);
    shown.push(next.info);
  }

  expect(shown).toEqual(['sql', 'text', 'json', 'json']);
});

test('a gateway that does not pass on a claim of the row rules does not start', async () => {
  const place = await createMeshPlace();
  onTestFinished(() => place.remove());
  const complaint = blocks[blocks.findIndex(({ text }) => text === START) + 1]?.text ?? START;

  const mesh = place.upWith({ ...PLAIN_ENVIRONMENT, ROW_CLAIMS: 'desk' });

  expect((await mesh.ended).code).toBe(1);
  expect(mesh.stderr()).toContain(complaint);
});

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, onTestFinished, test } from 'vitest';

import { findMarkdownBlocks } from '../support/markdown-blocks.ts';
import { readProjectFile } from '../support/project-files.ts';
import { MESHGATE, PLAIN_ENVIRONMENT } from '../support/run-command.ts';
import { startMesh } from '../support/start-mesh.ts';

const blocks = findMarkdownBlocks(readProjectFile('docs/how-to/answer-an-auditor.md'));

/** As the page has the mesh started. */
const SETTINGS = {
  LEDGER_SECRET: 'a-secret-of-the-test',
  AUDIT_ENTITY_KEYS: 'hashed',
  AUDIT_KEY_SECRET: 'env:LEDGER_SECRET',
};

const HEAD = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}:\d+:[\da-f]{64}/;
const withoutValues = (text: string) =>
  text
    .replace(HEAD, 'HEAD')
    .replace(/\d{4}-\d\d-\d\d at \d\d:\d\d UTC/g, 'MINUTE')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'INSTANT')
    // Two answers that are far enough apart are written in two batches.
    .replace(/in (1 batch|2 batches) of/, 'in N batches of')
    .trim();

test('each command of the page works as it is typed, and prints what the page says', async () => {
  const mesh = await startMesh(SETTINGS);
  onTestFinished(() => mesh.stop());
  let head = '';

  const run = async (script: string): Promise<string> => {
    const typed = script
      .replace(HEAD, head)
      .replaceAll('http://127.0.0.1:4000', mesh.url)
      .replace(/\bmeshgate (?=audit|token)/g, `'${process.execPath}' '${MESHGATE}' `);
    const shell = ['-c', `set -eu\n${typed}`];
    const env = { ...PLAIN_ENVIRONMENT, ...SETTINGS };
    return (await promisify(execFile)('/bin/sh', shell, { cwd: mesh.folder, env })).stdout;
  };
  /** Looks until nothing waits to be written. */
  const untilWritten = async (): Promise<void> => {
    while (!(await (await fetch(`${mesh.url}/metrics`)).text()).includes('gateway_audit_queue 0'));
  };

  let shown = 0;
  for (const [index, { info, text }] of blocks.entries()) {
    if (info !== 'sh') continue;
    const output = await run(text);
    await untilWritten();
    const next = blocks[index + 1];
    if (next?.info === 'text') expect(withoutValues(output)).toBe(withoutValues(next.text));
    if (next?.info === 'json') {
      const [printed, told] = [output, next.text].map((text) => JSON.parse(withoutValues(text)));
      expect(printed).toEqual(told);
    }
    head = HEAD.exec(output)?.[0] ?? head;
    shown += 1;
  }

  expect(shown).toBe(8);
  const exported = await readFile(join(mesh.folder, 'records.ndjson'), 'utf8');
  const records = exported.trim().split('\n');
  expect(records.map((record) => JSON.parse(record))).toMatchObject([
    { subject: 'ben.ode@acme.example', decision: 'denied', operation: { name: 'Contact' } },
    { subject: 'nia.kaur@acme.example', decision: 'allowed', operation: { name: 'Contact' } },
  ]);
});

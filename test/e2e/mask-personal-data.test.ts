import { writeFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { findMarkdownBlocks } from '../support/markdown-blocks.ts';
import { createMeshPlace, READY, stopMesh } from '../support/mesh-place.ts';
import { readProjectFile } from '../support/project-files.ts';
import { MESHGATE, PLAIN_ENVIRONMENT, runMeshgate, startCommand } from '../support/run-command.ts';
import { writeFolder } from '../support/write-folder.ts';

const blocks = findMarkdownBlocks(readProjectFile('docs/how-to/mask-personal-data.md'));
const textsOf = (info: string) =>
  blocks.filter((block) => block.info === info).map(({ text }) => text);
const SHIPPED = readProjectFile('gateway/policies/classification.yaml');

test('the page on masking personal data says what happens', async () => {
  const place = await createMeshPlace();
  onTestFinished(() => place.remove());
  const rules = await writeFolder({ 'my-rules.yaml': SHIPPED });
  onTestFinished(() => rules.remove());
  const file = `${rules.path}/my-rules.yaml`;
  const mesh = place.upWith({ ...PLAIN_ENVIRONMENT, CLASSIFICATION_RULES: file });
  await mesh.waitFor(READY);
  const [helpDesk = '', analyst = ''] = textsOf('sh').filter((text) =>
    text.startsWith('meshgate token'),
  );
  const ask = async (command: string, query: string, headers: Record<string, string> = {}) => {
    const args = command.split(' ').slice(1);
    const { stdout } = await runMeshgate([...args, '--data', place.dataFolder]);
    const response = await fetch(`http://127.0.0.1:${place.port}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${stdout.trim()}`,
        ...headers,
      },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as {
      readonly data: { readonly account: { readonly name: string } };
    };
  };
  const [query = ''] = textsOf('graphql');
  const [answer = ''] = textsOf('json');

  const before = await ask(helpDesk, query);
  const [rule = ''] = textsOf('yaml');
  await writeFile(file, SHIPPED.replace('\nrules:\n', `\nrules:\n${rule}\n`));

  expect(before).toMatchObject({ data: { account: { name: 'Claire Gute' } } });
  await expect.poll(() => ask(helpDesk, query), { timeout: 5000 }).toEqual(JSON.parse(answer));

  const names = '{ account(id: "A-12520") { name email } again: account(id: "A-12520") { name } }';
  const hash = expect.stringMatching(/^[\w-]{43}$/);
  const { data } = await ask(analyst, names, { 'x-purpose': 'analytics' });
  expect(data).toEqual({
    account: { name: hash, email: hash },
    again: { name: data.account.name },
  });
  expect(await ask(analyst, names)).toMatchObject({ data: { account: { name: 'Claire Gute' } } });

  expect(await stopMesh(mesh)).toEqual({ code: 0, signal: null });
});

test('the page says what holds when', async () => {
  const [masks = '', timed = ''] = textsOf('yaml');
  const rules = SHIPPED.replace('\nrules:\n', `\nrules:\n${timed}\n${masks}\n`);
  const { path, remove } = await writeFolder({ 'my-rules.yaml': rules });
  onTestFinished(remove);
  const lines = textsOf('sh').filter((text) => text.startsWith('npx meshgate access matrix'));

  const printed: string[] = [];
  for (const line of lines) {
    const typed = line.replace('npx meshgate', `'${process.execPath}' '${MESHGATE}'`);
    const command = startCommand('/bin/sh', ['-c', typed], { cwd: path });
    await command.ended;
    printed.push(command.stdout());
  }

  expect(printed).toEqual(textsOf('text').map((text) => `${text}\n`));
});

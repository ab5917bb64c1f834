import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { parseExampleOperation } from '../../shared/contract/example-operation.ts';
import { findMarkdownBlocks, type MarkdownBlock } from '../support/markdown-blocks.ts';
import { listProjectFiles, readProjectFile } from '../support/project-files.ts';
import { type MeshUnderTest, startMesh } from '../support/start-mesh.ts';

/** An operation that a page shows, and the block that follows it. */
interface Example {
  readonly line: number;
  readonly text: string;
  readonly answer: MarkdownBlock | undefined;
}

function findExamples(page: string): readonly Example[] {
  const blocks = findMarkdownBlocks(readProjectFile(page));
  return blocks.flatMap(({ info, text, line }, index) =>
    info === 'graphql example' ? [{ line, text, answer: blocks[index + 1] }] : [],
  );
}

const pages = listProjectFiles()
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, examples: findExamples(path) }))
  .filter(({ examples }) => examples.length > 0);

let mesh: MeshUnderTest;
beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(() => mesh.stop());

describe.each(pages)('$path', ({ examples }) => {
  test.each(examples)('the example on line $line answers as printed', async ({ text, answer }) => {
    const parsed = parseExampleOperation('example', `# Title: An example\n${text}`);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const { document, variables, scopes, claims } = parsed.value;
    // An example that names neither is asked by nobody in particular.
    const caller = /^# (Scopes|Claims):/m.test(text) ? { scopes, claims } : null;

    const received = await mesh.ask(document, caller, variables);

    expect(answer?.info).toBe('json');
    expect(received).toEqual(JSON.parse(answer?.text ?? ''));
  });
});

test('tutorial and explanations have examples', () => {
  const kinds = new Set(pages.map(({ path }) => path.split('/')[1]));

  expect([...kinds].toSorted()).toEqual(['explanation', 'tutorial']);
});

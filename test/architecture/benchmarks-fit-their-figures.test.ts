import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { renderPage } from '../bench/render-report.ts';
import type { Summary } from '../bench/summarise.ts';

const inReference = (name: string) => new URL(`../../docs/reference/${name}`, import.meta.url);

test('the page of benchmarks says what the figures beside it say, and nothing else', async () => {
  const summary: Summary = JSON.parse(await readFile(inReference('benchmarks.json'), 'utf8'));
  const page = await readFile(inReference('benchmarks.md'), 'utf8');

  expect(page, 'run `npm run bench -- --write` and commit both files').toBe(renderPage(summary));
});

test('published figures are medians of at least three rounds, and lie within their spread', async () => {
  const { rounds, rows }: Summary = JSON.parse(
    await readFile(inReference('benchmarks.json'), 'utf8'),
  );
  const outside = rows.filter(
    ({ slowest, requestsPerSecond, fastest }) =>
      slowest > requestsPerSecond || requestsPerSecond > fastest,
  );

  expect(rounds).toBeGreaterThanOrEqual(3);
  expect(outside).toEqual([]);
});

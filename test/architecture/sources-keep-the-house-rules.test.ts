import { dirname } from 'node:path';

import { expect, test } from 'vitest';

import { listProjectFiles, readProjectFile } from '../support/project-files.ts';

const files = listProjectFiles();
const isCode = (path: string) => /\.(ts|tsx|mjs)$/.test(path);
const isText = (path: string) =>
  /\.(ts|tsx|mjs|sql|graphql|ya?ml|md|css|html|json|sh)$|^[^.]+$|run$/.test(path) &&
  path !== 'package-lock.json';
const testFiles = files.filter((path) => path.endsWith('.test.ts'));

/** Lines, as `path:line`, in which a pattern occurs. */
function findLines(paths: readonly string[], pattern: RegExp): readonly string[] {
  return paths.flatMap((path) =>
    readProjectFile(path)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [],
      ),
  );
}

/** What stands first in a call of `test`, or of what `test.each` makes. */
function findTitles(path: string): readonly string[] {
  const calls =
    /(?:\b(?:test|describe)(?:\.\w+)*|\))\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`),\s*(?:async )?\(/g;
  return [...readProjectFile(path).matchAll(calls)].map(
    ([, single, double, template]) => single ?? double ?? template ?? '',
  );
}

test('nothing promises work for later', () => {
  const promise = new RegExp(
    `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`,
  );

  expect(findLines(files.filter(isText), promise)).toEqual([]);
});

test('no file speaks of the machine it was written on', () => {
  const elsewhere = new RegExp(
    `/(${['wo' + 'rk', 'tmp/br' + 'ief', 'home/[a-z]+', 'root'].join('|')})/`,
  );

  expect(findLines(files.filter(isText), elsewhere)).toEqual([]);
});

test('the type checker is nowhere switched off', () => {
  const silenced = new RegExp(`${'@ts'}-(ignore|nocheck|expect-error)`);

  expect(findLines(files.filter(isCode), silenced)).toEqual([]);
});

test('titles of tests are facts: none says what ought to be', () => {
  const titles = testFiles.flatMap((path) => findTitles(path).map((title) => `${path}: ${title}`));

  expect(titles.length).toBeGreaterThan(testFiles.length);
  expect(titles.filter((title) => /: .*\bshould\b/.test(title))).toEqual([]);
});

test('two tests of one file have different titles', () => {
  const repeated = testFiles.flatMap((path) => {
    const titles = findTitles(path);
    return titles
      .filter((title, index) => titles.indexOf(title) !== index)
      .map((title) => `${path}: ${title}`);
  });

  expect(repeated).toEqual([]);
});

test('no test is skipped, postponed, preferred or tried again', () => {
  const modified = /\b(test|it|describe)(\.\w+)*\.(skip|only|todo|skipIf|runIf|fails)\b|\bretry:/;

  expect(findLines(testFiles, modified)).toEqual([]);
});

test('every test is in a level that the configuration runs', () => {
  const levels = [...readProjectFile('vitest.config.ts').matchAll(/\blevel\w*\('(\w+)'/g)];
  const known = new Set(levels.map(([, level]) => level));

  expect(testFiles.filter((path) => !known.has(path.split('/')[1] ?? ''))).toEqual([]);
});

test('a folder of more than three source files says in at most fifteen lines what it is for', () => {
  const rooms = /^(gateway|shared|subgraphs|docs|test\/(support|bench))\//;
  const counts = new Map<string, number>();
  for (const path of files.filter((one) => isCode(one) && rooms.test(one))) {
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  }
  const large = [...counts].filter(([, count]) => count > 3).map(([folder]) => folder);

  const without = large.filter((folder) => !files.includes(`${folder}/README.md`));
  const readmes = files.filter((path) =>
    /^(gateway|shared|subgraphs|docs|test)\/.*README\.md$/.test(path),
  );
  const long = readmes.filter((path) => readProjectFile(path).trimEnd().split('\n').length > 15);

  expect(large.length).toBeGreaterThan(10);
  expect(without).toEqual([]);
  expect(long).toEqual([]);
});

test('only what the layout names stands at the top', () => {
  const top = new Set(files.map((path) => path.split('/')[0] ?? ''));
  const layout =
    /^(gateway|subgraphs|shared|test|docs|package(-lock)?\.json|tsconfig(\.[a-z]+)?\.json|docker-compose\.yml|Dockerfile|README\.md|CHANGELOG\.md|CONTRIBUTING\.md|LICENSE|\..+|[a-z.-]+\.config\.[a-z]+|biome\.json|knip\.json)$/;

  expect([...top].filter((name) => !layout.test(name))).toEqual([]);
});

test('every link between the pages leads somewhere', () => {
  const broken = files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...readProjectFile(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !exists(new URL(target, `file:///${path}`).pathname.slice(1)))
        .map((target) => `${path}: ${target}`),
    );

  expect(broken).toEqual([]);
});

/** Whether there is such a file, or a folder with files. */
function exists(path: string): boolean {
  return files.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, '')}/`));
}

import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';

import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { beforeAll, expect, test } from 'vitest';

import { renderRooms } from '../../docs/render/render-rooms.ts';
import { PROJECT_URL, readProjectFile } from '../support/project-files.ts';

interface DoorRule {
  readonly name: string;
  readonly from: { readonly pathNot: readonly string[] };
  readonly to: { readonly path: string };
}

/** A line of the table of dependencies in CONTRIBUTING.md. */
interface Entry {
  readonly name: string;
  readonly purpose: string;
  /** Folders, each ending in a slash. */
  readonly places: readonly string[];
}

const config = await extractDepcruiseConfig(
  fileURLToPath(new URL('.dependency-cruiser.mjs', PROJECT_URL)),
);
const doors = (config.forbidden ?? []).filter(({ name }) =>
  name?.startsWith('only-door-to-'),
) as unknown as readonly DoorRule[];

const [, table = ''] = readProjectFile('CONTRIBUTING.md').split('## Dependencies');
const entries: readonly Entry[] = [...table.matchAll(/^\| `([^`]+)` \| (.+) \| (.+) \|$/gm)].map(
  ([, name = '', purpose = '', places = '']) => ({
    name,
    purpose,
    places: [...places.matchAll(/`([^`]+)`/g)].map(([, place = '']) => place),
  }),
);
const manifest = JSON.parse(readProjectFile('package.json')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

let cruised: ICruiseResult;
beforeAll(async () => {
  const folders = ['gateway', 'subgraphs', 'shared', 'test', 'docs'];
  const { output } = await cruise(folders, { ...config.options, ruleSet: config, validate: true });
  cruised = output as ICruiseResult;
}, 120_000);

test('no import breaks a rule, and none closes a cycle', () => {
  const reasons = new Map(config.forbidden?.map(({ name, comment }) => [name, comment]));
  const broken = cruised.summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${from} -> ${to}. ${reasons.get(rule.name)}`,
  );

  expect(broken).toEqual([]);
  expect(cruised.summary.totalCruised).toBeGreaterThan(200);
});

test('the table in CONTRIBUTING.md has one line for each dependency, with a purpose', () => {
  const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];

  expect(entries.map(({ name }) => name)).toEqual(names);
  expect(entries.filter(({ purpose }) => purpose.trim().length < 5)).toEqual([]);
});

test('the table names for each package with a door the places that the door names', () => {
  const sources = /^(gateway|shared|subgraphs)\//;
  const written = entries
    .filter(({ name }) => doors.some((door) => door.to.path === `^node_modules/${name}/`))
    .map(({ name, places }) => [name, places.filter((place) => sources.test(place))]);

  const held = doors.map(({ from, to }) => [
    to.path.replace(/^\^node_modules\/(.*)\/$/, '$1'),
    from.pathNot.map((path) => path.replace(/^\^/, '')),
  ]);

  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(held));
});

test('every import of a package is in a place that the table names for it', () => {
  const placesOf = new Map(entries.map(({ name, places }) => [name, places]));

  const elsewhere = cruised.modules.flatMap(({ source, dependencies }) =>
    source.startsWith('node_modules/')
      ? []
      : dependencies
          .map(({ module }) => toPackage(module))
          .filter((name) => name !== null)
          .filter((name) => !placesOf.get(name)?.some((place) => source.startsWith(place)))
          .map((name) => `${source} imports ${name}`),
  );

  expect(elsewhere).toEqual([]);
});

test('docs/reference/rooms.md shows the imports of the sources', () => {
  expect(readProjectFile('docs/reference/rooms.md'), 'run npm run docs').toBe(renderRooms(cruised));
});

/** @returns Null for Node's own modules and for files. */
function toPackage(specifier: string): string | null {
  if (/^[./]|^node:|^virtual:/.test(specifier) || builtinModules.includes(specifier)) return null;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

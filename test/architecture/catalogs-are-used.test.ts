import { expect, test } from 'vitest';

import { SETTING_NAMES } from '../../gateway/config/setting-name.ts';
import { ERROR_CATALOG } from '../../shared/errors/error-catalog.ts';
import { METRIC_CATALOG } from '../../shared/telemetry/metric-catalog.ts';
import { listProjectFiles, readProjectFile } from '../support/project-files.ts';

const sources = listProjectFiles()
  .filter((path) => /^(gateway|shared|subgraphs)\/.*\.ts$/.test(path))
  .map((path) => ({ path, words: new Set(readProjectFile(path).split(/\W+/)) }));

/** Names that occur in no source but those that declare them. */
function findUnused(names: readonly string[], declaredIn: RegExp): readonly string[] {
  const elsewhere = sources.filter(({ path }) => !declaredIn.test(path));
  return names.filter((name) => !elsewhere.some(({ words }) => words.has(name)));
}

test('every error code of the catalog is reported somewhere', () => {
  const codes = Object.keys(ERROR_CATALOG);

  expect(findUnused(codes, /^shared\/errors\//)).toEqual([]);
});

test('every metric of the catalog is written somewhere', () => {
  const metrics = Object.keys(METRIC_CATALOG);

  expect(findUnused(metrics, /^shared\/telemetry\/(metric-catalog|document-metrics)\.ts$/)).toEqual(
    [],
  );
});

test('every setting has an effect: something outside the configuration reads it', () => {
  expect(findUnused(SETTING_NAMES, /^gateway\/config\//)).toEqual([]);
});

import { defineConfig } from 'vitest/config';

/** The CommonJS build, as Node itself resolves it: two copies of graphql do not know each other's schemas. */
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

const level = (name: string, testTimeout = 10_000, hookTimeout = 60_000) => ({
  resolve,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    setupFiles: ['test/support/property-seed.ts'],
    testTimeout,
    hookTimeout,
    env: { APOLLO_TELEMETRY_DISABLED: '1', NODE_ENV: 'test' },
  },
});

/**
 * A level whose test files share a process, which halves its time: they load the same modules, and none of them
 * changes what belongs to the process.
 */
const levelWithoutEffects = (name: string, testTimeout?: number) => {
  const { test } = level(name, testTimeout);
  return { resolve, test: { ...test, isolate: false } };
};

/** A level whose tests may ask for the PostgreSQL server of the run. */
const levelWithPostgres = (
  name: string,
  testTimeout: number,
  hookTimeout: number,
  ...moreSetup: readonly string[]
) => {
  const { test } = level(name, testTimeout, hookTimeout);
  const globalSetup = ['test/support/postgres-setup.ts', ...moreSetup];
  return { resolve, test: { ...test, globalSetup } };
};

export default defineConfig({
  test: {
    projects: [
      levelWithoutEffects('unit'),
      levelWithoutEffects('architecture', 60_000),
      levelWithPostgres('integration', 30_000, 120_000),
      levelWithPostgres('conformance', 30_000, 120_000, 'test/support/build-setup.ts'),
      levelWithPostgres('regression', 30_000, 120_000),
      levelWithPostgres('e2e', 180_000, 180_000, 'test/support/build-setup.ts'),
      levelWithPostgres('browser', 60_000, 180_000),
    ],
  },
});

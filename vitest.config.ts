import { defineConfig } from 'vitest/config';

const level = (name: string, testTimeout = 10_000, hookTimeout = 60_000) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout,
    env: { APOLLO_TELEMETRY_DISABLED: '1', NODE_ENV: 'test' },
  },
});

export default defineConfig({
  test: {
    projects: [
      level('unit'),
      level('architecture', 60_000),
      level('integration', 30_000, 120_000),
      level('conformance', 30_000, 120_000),
      level('regression', 30_000, 120_000),
      level('e2e', 180_000, 180_000),
      level('browser', 60_000, 180_000),
    ],
  },
});

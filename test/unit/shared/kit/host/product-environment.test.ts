import { expect, test } from 'vitest';
import {
  productEnvironmentSchema,
  readProductEnvironment,
} from '../../../../../shared/kit/host/product-environment.ts';

const SHARED = { GATEWAY_JWKS: 'keys.json' };
const OWN = { ORDERS_PORT: '4103', ORDERS_DATABASE_URL: 'postgres://orders@localhost/mesh' };
const PLAIN = { PORT: '80', DATABASE_URL: 'postgres://plain@localhost/mesh' };

test('reads the names of the product', () => {
  expect(readProductEnvironment('orders', { ...SHARED, ...OWN, ...PLAIN }, false)).toMatchObject({
    port: 4103,
    databaseUrl: 'postgres://orders@localhost/mesh',
    gatewayJwks: 'keys.json',
  });
});

test('a hyphen in the name of the product is an underscore in those of its settings', () => {
  const env = { ...SHARED, DAILY_SALES_PORT: '1', DAILY_SALES_DATABASE_URL: 'postgres://a@b/c' };

  expect(readProductEnvironment('daily-sales', env, false)).toMatchObject({ port: 1 });
});

test('falls back to the plain names for a product that is alone, and only then', () => {
  const env = { ...SHARED, ...PLAIN };

  expect(readProductEnvironment('orders', env, true)).toMatchObject({ port: 80 });
  expect(() => readProductEnvironment('orders', env, false)).toThrow(/PORT.*DATABASE_URL/);
});

test('names every setting at fault at once, and never a value', () => {
  const env = { ...OWN, ORDERS_PORT: '70000', ORDERS_DATABASE_URL: 'mysql://u:s3cret@h/d' };

  expect(() => readProductEnvironment('orders', env, false)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^(?!.*s3cret).*PORT: .*DATABASE_URL: .*GATEWAY_JWKS: /),
    }),
  );
});

test.each(['yes', 'TRUE', '1', ''])('refuses %j as a flag', (INTROSPECTION) => {
  const env = { ...SHARED, ...OWN, INTROSPECTION };

  expect(() => readProductEnvironment('orders', env, false)).toThrow(/INTROSPECTION/);
});

test.each(Object.entries(productEnvironmentSchema.shape))(
  '%s says what it means',
  (_name, setting) => {
    expect(setting.description).toMatch(/\.$/);
  },
);

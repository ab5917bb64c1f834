import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { loadMeshProducts, portOf } from '../../gateway/cli/project/load-mesh-products.ts';
import { findProjectPaths } from '../../gateway/cli/project/project-paths.ts';
import { CONTROL_ROLE } from '../../gateway/control/pipeline/control-role.ts';
import { readComposeFile } from '../support/compose-file.ts';

const file = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url));
const services = await readComposeFile(file, {});
const products = await loadMeshProducts(findProjectPaths().productsFolder);

test.each(products)('$name is a service of its own, where its descriptor says', (product) => {
  const service = services.find(({ name }) => name === product.name);

  expect(service?.command).toEqual(['meshgate', 'product', 'start', product.name]);
  expect(product.subgraph.routingUrl.hostname).toBe(product.name);
  expect(service?.environment.PORT).toBe(String(portOf(product)));
});

test('the supergraph is composed from all data products, where their descriptors say', () => {
  const supergraph = services.find(({ name }) => name === 'supergraph');

  expect(supergraph?.command.filter((word) => word.includes('='))).toEqual(
    products.map(({ name, subgraph }) => `${name}=${subgraph.routingUrl.href}`),
  );
});

test('each data product logs in with the password that the pipeline has set for it', () => {
  const pipeline = services.find(({ name }) => name === 'pipeline');

  for (const { name } of products) {
    const service = services.find((one) => one.name === name);
    const url = new URL(service?.environment.DATABASE_URL ?? '');
    expect(url.username).toBe(name);
    expect(url.password).toBe(pipeline?.environment[`${name.toUpperCase()}_DATABASE_PASSWORD`]);
  }
});

test('the access API is composed from where it answers, and believes the issuer of people', () => {
  const find = (name: string) => services.find((service) => service.name === name);
  const { command, environment } = find('access') ?? {};
  const compose = find('supergraph')?.command ?? [];

  expect(command).toEqual(['meshgate', 'access', 'serve']);
  expect(compose[compose.indexOf('--access') + 1]).toBe(
    `http://access:${environment?.PORT}/graphql`,
  );
  const issuers = JSON.parse(find('gateway-1')?.environment.ISSUERS ?? '[]');
  expect(issuers.map(({ issuer }: { issuer: string }) => issuer)).toContain(
    environment?.ACCESS_ISSUER,
  );
});

test('gateways, the access API and who registers products log in as the role of the control plane', () => {
  const pipeline = services.find(({ name }) => name === 'pipeline');

  for (const name of ['register', 'access', 'gateway-1', 'gateway-2']) {
    const service = services.find((one) => one.name === name);
    const url = new URL(service?.environment.DATABASE_URL ?? '');
    expect(url.username).toBe(CONTROL_ROLE);
    expect(url.password).toBe(pipeline?.environment.MESHGATE_DATABASE_PASSWORD);
  }
});

test('two gateways differ in nothing but the port of the host', () => {
  const [one, two] = ['gateway-1', 'gateway-2'].map((name) =>
    services.find((service) => service.name === name),
  );

  expect({ ...one, name: '', ports: null }).toEqual({ ...two, name: '', ports: null });
  expect([...(one?.ports ?? [])]).toEqual([[4000, 4000]]);
  expect([...(two?.ports ?? [])]).toEqual([[4001, 4000]]);
});

test('only gateways and the maker of keys see private keys', () => {
  const holders = services.filter(({ volumes }) => [...volumes.values()].includes('private'));

  expect(holders.map(({ name }) => name)).toEqual(['keys', 'gateway-1', 'gateway-2']);
});

test('gateways hash with the secret that the maker of keys keeps, named and not written out', () => {
  const keys = services.find(({ name }) => name === 'keys');
  const gateways = services.filter(({ name }) => name.startsWith('gateway-'));

  expect(keys?.command).toContain('/var/lib/meshgate/private');
  expect(gateways.map(({ environment }) => environment.MASK_SECRET)).toEqual([
    'file:/var/lib/meshgate/private/keys/mask-secret',
    'file:/var/lib/meshgate/private/keys/mask-secret',
  ]);
});

test('a password is a variable with a default that says what it is for', async () => {
  const lines = (await readFile(file, 'utf8')).split('\n');
  const secrets = lines.filter((line) => /PASSWORD|:\/\/[^/]*@/.test(line.replace(/#.*/, '')));

  expect(secrets.length).toBeGreaterThan(10);
  for (const line of secrets) {
    expect(line).toMatch(/\$\{[A-Z]+(_DATABASE)?_PASSWORD:-development-only-[a-z]+\}/);
  }
});

test('the image runs as a user without rights', async () => {
  const text = await readFile(new URL('../../Dockerfile', import.meta.url), 'utf8');

  expect(text.match(/^USER .*$/gm)).toEqual(['USER node']);
});

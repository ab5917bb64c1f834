import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ExampleOperation, StartPageFacts } from '../../gateway/http/edge-types.ts';
import { launchBrowser, watchPage } from '../support/browser.ts';
import { startEdge } from '../support/start-edge.ts';

const EXAMPLES: readonly ExampleOperation[] = [
  {
    product: 'accounts',
    title: 'Greet an account',
    query: 'query GreetAccount($name: String) {\n  hello(name: $name)\n}\n',
    variables: { name: 'account' },
    scopes: [],
    claims: {},
  },
  {
    product: 'orders',
    title: 'Who asks for orders',
    query: 'query WhoAsks {\n  authorization\n}\n',
    variables: null,
    scopes: ['orders:read', 'orders:margin'],
    claims: { regions: ['West'] },
  },
  {
    product: 'orders',
    title: 'Greet an order',
    query: 'query GreetOrder {\n  hello(name: "order")\n}\n',
    variables: null,
    scopes: ['orders:read'],
    claims: {},
  },
];

const FACTS: StartPageFacts = {
  name: 'Meshgate',
  version: '0.1.0',
  mode: 'development',
  products: [
    {
      name: 'orders',
      domain: 'sales',
      title: 'Orders',
      status: 'active',
      url: 'http://127.0.0.1:1',
    },
  ],
  endpoints: [{ title: 'Playground', href: '/playground', description: 'Ask in the browser.' }],
};

const claims = Buffer.from('{"sub":"analyst@acme.example","scope":"orders:read"}').toString(
  'base64url',
);
const TOKEN = `e30.${claims}.signature`;

let browser: Browser;
let portalFolder: string;

beforeAll(async () => {
  portalFolder = await mkdtemp(join(tmpdir(), 'meshgate-portal-'));
  await build({
    configFile: 'gateway/portal/vite.config.ts',
    logLevel: 'error',
    build: { outDir: portalFolder },
  });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
  await rm(portalFolder, { recursive: true });
});

/** A fresh browser profile on a page of a real edge; every complaint of the page fails the test. */
async function openPage(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const edge = await startEdge(
    { playground: true, portalFolder },
    { exampleOperations: () => EXAMPLES, startPage: () => FACTS },
  );
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = watchPage(page, edge.url);
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  await page.goto(`${edge.url}${path}`);
  return page;
}

const run = (page: Page): Promise<void> =>
  page.getByRole('button', { name: /Execute query/ }).click();
const answer = (page: Page) => page.locator('.graphiql-response');

test('an example runs with the token that was pasted', async () => {
  const page = await openPage('/playground');

  await page.getByLabel('Access token').fill(`Bearer ${TOKEN}`);
  await page.getByRole('tab', { name: 'WhoAsks' }).click();
  await run(page);

  await answer(page).getByText(`Bearer e30`).waitFor();
  await page.getByText('analyst@acme.example', { exact: true }).waitFor();
});

test('the example in the first tab runs with its variables, anonymously', async () => {
  const page = await openPage('/playground');

  await page.getByText('"account"').waitFor();
  await run(page);

  await answer(page).getByText('Hello account').waitFor();
  await page.getByText('Anonymous').waitFor();
});

test('an example says what it needs and which command makes such a token', async () => {
  const page = await openPage('/playground');

  await page.getByRole('tab', { name: 'WhoAsks' }).click();

  const needs = page.getByRole('region', { name: 'What this example needs' });
  await needs.getByText('regions=West', { exact: true }).waitFor();
  await needs
    .getByText(
      "npx meshgate token --sub you@acme.example --scope 'orders:read orders:margin' --claim regions=West",
    )
    .waitFor();
});

test('the examples of all products open from the side panel', async () => {
  const page = await openPage('/playground');

  await page.getByRole('button', { name: 'Show Examples' }).click();
  await page.getByRole('button', { name: 'Greet an order' }).click();
  await run(page);

  await answer(page).getByText('Hello order').waitFor();
  await page.getByRole('tab', { name: 'GreetOrder' }).waitFor();
});

test('the token is masked, outlives a reload and is kept in this browser tab alone', async () => {
  const page = await openPage('/playground');
  const field = page.getByLabel('Access token');

  await field.fill(TOKEN);
  await page.reload();

  expect(await field.inputValue()).toBe(TOKEN);
  expect(await field.getAttribute('type')).toBe('password');
  expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(TOKEN);
  await page.getByRole('button', { name: 'Forget' }).click();
  expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain(TOKEN);
});

test.each(['light', 'dark'] as const)(
  'the start page renders in %s and leads on',
  async (colorScheme) => {
    const page = await openPage('/', { colorScheme });

    await page.getByRole('heading', { name: 'Meshgate' }).waitFor();
    await page.getByText('Answering').waitFor();
    const dark = await page.evaluate(
      "getComputedStyle(document.body).backgroundColor === 'rgb(17, 22, 29)'",
    );
    await page.getByRole('link', { name: 'Playground' }).click();

    expect(dark).toBe(colorScheme === 'dark');
    await page.getByLabel('Access token').waitFor();
  },
);

import { expect, test } from 'vitest';
import type { StartPageFacts } from '../../../../gateway/http/edge-types.ts';
import { renderStartPage } from '../../../../gateway/http/render-start-page.ts';

const facts: StartPageFacts = {
  name: 'Meshgate',
  version: '0.1.0',
  mode: 'development',
  products: [
    {
      name: 'orders',
      domain: 'sales',
      title: 'Orders and order lines',
      status: 'active',
      url: 'http://127.0.0.1:4103',
    },
  ],
  endpoints: [{ title: 'Playground', href: '/playground', description: 'Ask in the browser.' }],
};
const origin = 'http://localhost:4000';

test('the start page names the products with their state, and links on', () => {
  const products = [{ name: 'orders', state: 'down', detail: 'no answer in 2 s' }] as const;

  const page = renderStartPage(facts, { ready: false, supergraph: 'abc', products }, origin);

  expect(page).toContain('<th scope="row">orders');
  expect(page).toContain('Not answering');
  expect(page).toContain('no answer in 2 s');
  expect(page).toContain('supergraph abc');
  expect(page).toContain('<a href="/playground">Playground</a>');
  expect(page).toContain('curl http://localhost:4000/graphql');
});

test('a title that only repeats the name is left out', () => {
  const products = facts.products.map((product) => ({ ...product, title: 'Orders' }));

  const page = renderStartPage({ ...facts, products }, null, origin);

  expect(page).toContain('<th scope="row">orders</th>');
});

test('the start page knows no state when there is no report', () => {
  const page = renderStartPage(facts, null, origin);

  expect(page).toContain('The state of this gateway is not known');
  expect(page).toContain('Not known yet');
});

test('the start page escapes whatever it is given', () => {
  const attack = `"><script>alert('1')</script>&`;
  const hostile: StartPageFacts = {
    name: attack,
    version: attack,
    mode: attack,
    products: [{ name: attack, domain: attack, title: attack, status: attack, url: attack }],
    endpoints: [{ title: attack, href: `/${attack}`, description: attack }],
  };
  const products = [{ name: attack, state: 'down', detail: attack }] as const;

  const page = renderStartPage(hostile, { ready: true, supergraph: attack, products }, attack);

  expect(page).not.toContain('<script');
  expect(page).not.toContain(attack);
  expect(page).toContain('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;');
});

test.each(['javascript:alert(1)', '//evil.example', 'data:text/html,x'])(
  'the start page makes no link to %s',
  (href) => {
    const endpoints = [{ title: 'Docs', href, description: '' }];

    expect(renderStartPage({ ...facts, endpoints }, null, origin)).toContain('<a href="#">Docs');
  },
);

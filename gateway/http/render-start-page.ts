import type {
  ProductReadiness,
  ReadinessReport,
  StartPageFacts,
  StartPageProduct,
} from './edge-types.ts';
import { escapeHtml } from './escape-html.ts';
import { START_PAGE_STYLE } from './start-page-style.ts';

/** What a state is called on the page: colour alone says nothing to many readers. */
const STATE_WORDS: Readonly<Record<ProductReadiness['state'], string>> = {
  up: 'Answering',
  down: 'Not answering',
  unknown: 'Not known yet',
};

/**
 * Renders the start page: what runs here, in which state, and where to go on.
 *
 * @param readiness Null when the report could not be made; every state is then unknown.
 * @param origin The address the reader used, such as `http://localhost:4000`, for the example.
 * @returns A whole HTML document; every value in it is escaped.
 */
export function renderStartPage(
  facts: StartPageFacts,
  readiness: ReadinessReport | null,
  origin: string,
): string {
  const name = escapeHtml(facts.name);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<style>${START_PAGE_STYLE}</style>
</head>
<body>
<main>
<header>
<div class="brand"><h1>${name}</h1><span class="quiet">${escapeHtml(facts.version)} · ${escapeHtml(facts.mode)} mode</span></div>
<p class="summary">One GraphQL endpoint in front of ${countProducts(facts.products.length)}. Your token decides what an answer holds.</p>
${renderReadiness(readiness)}
</header>
${renderProducts(facts.products, readiness)}
<section aria-labelledby="ask">
<h2 id="ask">Ask from a terminal</h2>
<pre tabindex="0"><code>${escapeHtml(exampleRequest(origin))}</code></pre>
</section>
${renderLinks(facts)}
</main>
</body>
</html>
`;
}

function countProducts(count: number): string {
  return count === 1 ? 'one data product' : `${count} data products`;
}

function renderReadiness(readiness: ReadinessReport | null): string {
  if (readiness === null) {
    return '<p><span class="state unknown">The state of this gateway is not known</span></p>';
  }
  const version =
    readiness.supergraph === null
      ? 'no supergraph loaded yet'
      : `supergraph ${escapeHtml(readiness.supergraph)}`;
  const state = readiness.ready
    ? '<span class="state up">Ready</span>'
    : '<span class="state down">Not ready</span>';
  return `<p>${state} <span class="quiet">· ${version}</span></p>`;
}

function renderProducts(
  products: readonly StartPageProduct[],
  readiness: ReadinessReport | null,
): string {
  if (products.length === 0) return '';
  const reports = new Map(readiness?.products.map((report) => [report.name, report]));
  const rows = products.map((product) => renderProduct(product, reports.get(product.name)));
  return `<section aria-labelledby="products">
<h2 id="products">Data products</h2>
<div class="card scroll"><table>
<thead><tr><th scope="col">Product</th><th scope="col">Domain</th><th scope="col">State</th><th scope="col">Address</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>
</section>`;
}

function renderProduct(product: StartPageProduct, report: ProductReadiness | undefined): string {
  const state = report?.state ?? 'unknown';
  const status = product.status === null ? '' : ` · ${escapeHtml(product.status)}`;
  const detail =
    report?.detail === undefined
      ? ''
      : `<br><span class="quiet small">${escapeHtml(report.detail)}</span>`;
  const title =
    product.title.toLowerCase() === product.name.toLowerCase()
      ? ''
      : `<span class="quiet small">${escapeHtml(product.title)}</span>`;
  return `<tr><th scope="row">${escapeHtml(product.name)}${title}</th><td>${escapeHtml(product.domain ?? '')}<span class="quiet">${status}</span></td><td><span class="state ${state}">${STATE_WORDS[state]}</span>${detail}</td><td><code>${escapeHtml(product.url)}</code></td></tr>`;
}

function renderLinks({ endpoints }: StartPageFacts): string {
  if (endpoints.length === 0) return '';
  const items = endpoints.map(
    ({ title, href, description }) =>
      `<li class="card"><a href="${escapeHtml(toSafeHref(href))}">${escapeHtml(title)}</a><span class="quiet small">${escapeHtml(description)}</span></li>`,
  );
  return `<section aria-labelledby="addresses">
<h2 id="addresses">Where to go</h2>
<ul class="links">
${items.join('\n')}
</ul>
</section>`;
}

/** Addresses come from descriptors that teams write; a `javascript:` one must not become a link. */
function toSafeHref(href: string): string {
  return /^(https?:\/\/|\/(?!\/))/.test(href) ? href : '#';
}

function exampleRequest(origin: string): string {
  return `curl ${origin}/graphql \\
  -H 'content-type: application/json' \\
  -H "authorization: Bearer $TOKEN" \\
  -d '{"query":"{ __typename }"}'`;
}

import { createHash } from 'node:crypto';

/** The style sheet of the start page, kept inline so that the page is one answer and works before the portal is built. */
export const START_PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --ink: #1a2230; --quiet: #586273; --line: #dfe3e9;
  --accent: #0b5c8a; --good: #1a7f4b; --bad: #b3261e; --unknown: #7a6200; --code: #eef1f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11161d; --card: #181f28; --ink: #e6eaf0; --quiet: #a2adbb; --line: #2b3541;
    --accent: #7cc4ee; --good: #63d297; --bad: #ff9189; --unknown: #e3c55c; --code: #0d1218;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 3rem; }
header { margin-bottom: 2.5rem; }
.brand { display: flex; align-items: baseline; flex-wrap: wrap; gap: .35rem .8rem; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.015em; margin: 0; }
h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
section { margin: 0 0 2.5rem; }
p { margin: .4rem 0; text-wrap: pretty; }
.quiet { color: var(--quiet); }
.small { font-size: .875rem; }
.summary { margin-top: 1rem; }
a { color: var(--accent); text-underline-offset: .18em; }
a:hover { text-decoration-thickness: 2px; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .7rem 1.1rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; font-size: .8125rem; font-weight: 600; color: var(--quiet); }
tbody th { font-weight: 600; }
tbody th span { display: block; font-weight: 400; }
code, pre { font: .875rem/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: 0; padding: 1rem 1.1rem; overflow-x: auto; background: var(--code); border: 1px solid var(--line); border-radius: 10px; }
.state { white-space: nowrap; }
.state::before { content: ""; display: inline-block; width: .6em; height: .6em; margin-right: .5em; border-radius: 50%; background: currentColor; }
.up { color: var(--good); } .down { color: var(--bad); } .unknown { color: var(--unknown); }
.links { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .75rem; }
.links li { padding: .8rem 1.1rem; }
.links span { display: block; }
footer { padding-bottom: 3rem; }
@media (max-width: 40rem) {
  main { padding-top: 1.75rem; }
  thead { position: absolute; clip-path: inset(50%); }
  tr { display: block; border-top: 1px solid var(--line); padding: .6rem 0; }
  tbody tr:first-child { border-top: 0; }
  th, td { display: block; border: 0; padding: .1rem 1.1rem; }
}
`;

const digest = createHash('sha256').update(START_PAGE_STYLE).digest('base64');

/** Content security policy of the start page: its own style sheet and nothing else. */
export const START_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

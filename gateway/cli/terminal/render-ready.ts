import { resolve } from 'node:path';
import type { LocalMesh } from '../local/start-mesh.ts';
import { CROSSING_CALLER, CROSSING_QUESTION } from './crossing-question.ts';
import type { Paint } from './paint.ts';

/** What a person or a script wants to know of a mesh that has started. */
export interface ReadyFacts {
  readonly gateway: string;
  readonly playground: string;
  readonly health: string;
  readonly metrics: string;
  readonly products: Readonly<Record<string, string>>;
  readonly dataFolder: string;
  readonly supergraph: string;
  /** Shell commands: the first puts a token into `TOKEN`, the second uses it. */
  readonly tokenCommand: string;
  readonly questionCommand: string;
  readonly seconds: number;
}

const DEFAULT_DATA_FOLDER = '.meshgate';

/** @param startedMs When the start began, on the clock of `performance.now()`. */
export function toReadyFacts(mesh: LocalMesh, startedMs: number): ReadyFacts {
  const { gatewayUrl, dataFolder } = mesh;
  const data = dataFolder === resolve(DEFAULT_DATA_FOLDER) ? '' : ` --data ${quote(dataFolder)}`;
  const body = JSON.stringify({ query: CROSSING_QUESTION.replace(/\s+/g, ' ') });
  return {
    gateway: `${gatewayUrl}/graphql`,
    playground: `${gatewayUrl}/playground`,
    health: `${gatewayUrl}/health/ready`,
    metrics: `${gatewayUrl}/metrics`,
    products: Object.fromEntries(mesh.products.map(({ name, url }) => [name, url])),
    dataFolder,
    supergraph: mesh.supergraphFile,
    tokenCommand: `TOKEN=$(npx meshgate token ${CROSSING_CALLER}${data})`,
    questionCommand: `curl -s ${gatewayUrl}/graphql -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d ${quote(body)}`,
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
  };
}

/** Says that the mesh is ready, where everything is, and what to try first. */
export function renderReady(facts: ReadyFacts, paint: Paint): string {
  const rows: readonly (readonly [string, string])[] = [
    ['Gateway', facts.gateway],
    ['Playground', facts.playground],
    ['Health', facts.health],
    ['Metrics', facts.metrics],
    ...Object.entries(facts.products),
    ['Data folder', facts.dataFolder],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    `${paint.bold(paint.green('Meshgate is ready'))} ${paint.dim(`after ${facts.seconds} s`)}`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${paint.cyan(value)}`),
    '',
    'Make a token that lasts an hour:',
    '',
    facts.tokenCommand,
    '',
    'Ask one question that crosses five data products:',
    '',
    facts.questionCommand,
    '',
    'Ctrl-C stops everything.',
    '',
    '',
  ].join('\n');
}

/** Quotes a text for a POSIX shell. */
function quote(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

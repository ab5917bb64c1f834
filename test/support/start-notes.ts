import { readFile } from 'node:fs/promises';
import type { ProductSettings, RunningProduct } from '../../shared/kit/product-settings.ts';
import type { StatementListener } from '../../shared/kit/session/request-session.ts';
import { startProduct } from '../../shared/kit/start-product.ts';
import { createLogger } from '../../shared/telemetry/create-logger.ts';
import { createGatewayKey, type GatewayKey, serveKeySet, type TokenFacts } from './gateway-keys.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { createNotesProduct, type NotesProductOptions } from './products/notes/product.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: Readonly<Record<string, unknown>> | null;
    readonly errors?: readonly Readonly<Record<string, unknown>>[];
  };
}

export interface Question {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Who asks. Default: a caller of both regions. */
  readonly as?: TokenFacts;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The notes product, listening, with a database and a gateway key of its own. */
export interface RunningNotes {
  readonly product: RunningProduct;
  readonly database: TestDatabase;
  readonly key: GatewayKey;
  /** Texts of the statements that resolvers sent. */
  readonly statements: string[];
  /** Log lines, parsed. */
  readonly log: Readonly<Record<string, unknown>>[];
  ask(question: Question): Promise<Answer>;
  close(): Promise<void>;
}

const BOTH_REGIONS: TokenFacts = { subject: 'ana', claims: { regions: ['West', 'East'] } };

export async function startNotes(
  settings: Partial<ProductSettings> = {},
  options: NotesProductOptions = {},
): Promise<RunningNotes> {
  const database = await createTestDatabase();
  await database.run(await readFile(new URL('products/notes/notes.sql', import.meta.url), 'utf8'));
  const role = await database.createRole('notes');
  const key = await createGatewayKey('test-key');
  const keySet = await serveKeySet([key.publicKey]);
  const statements: string[] = [];
  const onStatement: StatementListener = ({ sql }) => void statements.push(sql);
  const log: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void log.push(JSON.parse(line)) };

  const product = await startProduct(createNotesProduct(options), {
    port: 0,
    databaseUrl: database.urlFor(role),
    gatewayJwks: keySet.url,
    log: createLogger({ level: 'info', name: 'notes', destination }),
    onStatement,
    ...settings,
  });

  return {
    product,
    database,
    key,
    statements,
    log,
    async ask({ query, variables, as = BOTH_REGIONS, headers, signal }) {
      const response = await fetch(product.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await key.sign(as)}`,
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
        ...(signal === undefined ? {} : { signal }),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Answer['body'],
      };
    },
    async close() {
      await product.close();
      await keySet.close();
      await database.drop();
    },
  };
}

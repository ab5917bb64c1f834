import { createHash } from 'node:crypto';
import { CHANGE_CHANNEL, writeChangeNotice } from '../../../shared/changes/change-notice.ts';
import {
  type Administrator,
  quoteIdentifier,
} from '../../../shared/postgres/open-administrator.ts';
import type { SqlFile } from '../database/sql-files.ts';
import { toScriptError } from '../database/to-script-error.ts';
import type { ProductFiles } from './product-files.ts';

/** One pipeline file that ran. */
export interface PipelineRun {
  readonly product: string;
  readonly file: string;
  /** Rows that its INSERT, UPDATE and MERGE statements wrote. */
  readonly rows: number;
  readonly durationMs: number;
}

/** A pipeline file and the checksum of everything its result follows from. */
interface Step {
  readonly file: SqlFile;
  readonly inputChecksum: string;
}

/**
 * Runs the pipeline files of a product that are out of date, each in a transaction of its own.
 *
 * A file is up to date when its latest success had the same landed lines, the same
 * migrations, the same files before it and the same text; so a change runs a file and all
 * later ones of the product again, and a start without changes runs none.
 *
 * @param landingChecksum Of the landed source lines.
 * @param onRun Called after each file that ran.
 * @returns What ran now, in order.
 * @throws {MeshgateError} `PIPELINE_FAILED` when PostgreSQL refuses a file, which then
 *   leaves nothing behind but its record in `mesh.pipeline_run`.
 */
export async function runPipelines(
  administrator: Administrator,
  files: ProductFiles,
  landingChecksum: string,
  onRun: (run: PipelineRun) => void = () => undefined,
): Promise<readonly PipelineRun[]> {
  const { product } = files;
  const latest = await administrator.query<{ file: string; input_checksum: string }>(
    `SELECT DISTINCT ON (file) file, input_checksum FROM mesh.pipeline_run
     WHERE product = $1 AND outcome = 'succeeded' ORDER BY file, id DESC`,
    [product],
  );
  const known = new Map(latest.map(({ file, input_checksum }) => [file, input_checksum]));
  const steps = toSteps(files, landingChecksum);
  const outdated = steps.filter(
    ({ file, inputChecksum }) => known.get(file.name) !== inputChecksum,
  );

  const runs: PipelineRun[] = [];
  for (const step of outdated) {
    const run = await runStep(administrator, product, step);
    onRun(run);
    runs.push(run);
  }
  if (runs.length > 0) await analyzeSchema(administrator, product);
  return runs;
}

function toSteps(files: ProductFiles, landingChecksum: string): readonly Step[] {
  const chain = createHash('sha256').update(landingChecksum);
  for (const { name, checksum } of files.migrations) chain.update(`\n${name} ${checksum}`);
  return files.pipelines.map((file) => ({
    file,
    inputChecksum: chain.update(`\n${file.name} ${file.checksum}`).copy().digest('hex'),
  }));
}

async function runStep(
  administrator: Administrator,
  product: string,
  step: Step,
): Promise<PipelineRun> {
  const { file } = step;
  const started = new Date();
  const startedMs = performance.now();
  try {
    const rows = await administrator.transaction(async () => {
      await administrator.runScript(`SET LOCAL search_path = ${quoteIdentifier(product)}`);
      const written = await administrator.runScript(file.text);
      await recordRun(administrator, product, step, started, { rows: written, problem: null });
      // Gateways hear of it when the transaction commits.
      const notice = writeChangeNotice({ product, types: null });
      await administrator.query('SELECT pg_notify($1, $2)', [CHANGE_CHANNEL, notice]);
      return written;
    });
    return { product, file: file.name, rows, durationMs: performance.now() - startedMs };
  } catch (cause) {
    const error = toScriptError(cause, `subgraphs/${product}/pipeline/${file.name}`, file.text);
    const problem = error instanceof Error ? error.message : String(error);
    // A lost connection cannot record its own end; the error itself still reaches the caller.
    await recordRun(administrator, product, step, started, { rows: 0, problem }).catch(
      () => undefined,
    );
    throw error;
  }
}

async function recordRun(
  administrator: Administrator,
  product: string,
  { file, inputChecksum }: Step,
  started: Date,
  result: { readonly rows: number; readonly problem: string | null },
): Promise<void> {
  await administrator.query(
    `INSERT INTO mesh.pipeline_run
       (product, file, checksum, input_checksum, started_at, finished_at, rows, outcome, problem)
     VALUES ($1, $2, $3, $4, $5, clock_timestamp(), $6, $7, $8)`,
    [
      product,
      file.name,
      file.checksum,
      inputChecksum,
      started,
      result.rows,
      result.problem === null ? 'succeeded' : 'failed',
      result.problem,
    ],
  );
}

/** Fresh tables have no statistics yet, and the first queries would be planned blindly. */
async function analyzeSchema(administrator: Administrator, product: string): Promise<void> {
  const tables = await administrator.query<{ tablename: string }>(
    'SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename',
    [product],
  );
  if (tables.length === 0) return;
  const names = tables.map(
    ({ tablename }) => `${quoteIdentifier(product)}.${quoteIdentifier(tablename)}`,
  );
  await administrator.runScript(`ANALYZE ${names.join(', ')}`);
}

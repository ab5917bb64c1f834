import {
  type Administrator,
  openAdministrator,
} from '../../../shared/postgres/open-administrator.ts';
import { type RowRuleState, readRowRuleState } from './apply-row-rules.ts';
import { superstoreLines } from './load-landing.ts';
import { type ProductFiles, readProductFiles } from './product-files.ts';

/** How a migration file stands against the database. */
export type MigrationState = 'applied' | 'pending' | 'changed' | 'file missing';

export interface MigrationStatus {
  readonly file: string;
  readonly state: MigrationState;
  /** RFC 3339, UTC; null when it was never applied. */
  readonly appliedAt: string | null;
}

export interface PipelineStatus {
  readonly file: string;
  /** The latest run; null when it never ran. */
  readonly lastRun: {
    readonly outcome: 'succeeded' | 'failed';
    /** RFC 3339, UTC. */
    readonly finishedAt: string;
    readonly durationMs: number;
    readonly rows: number;
    /** Why it failed. */
    readonly problem: string | null;
    /** Whether the file is still the one that ran. */
    readonly sameFile: boolean;
  } | null;
}

export interface PlatformStatus {
  /** Null when no source lines were ever loaded. */
  readonly landing: { readonly rows: number; readonly loadedAt: string } | null;
  readonly products: readonly {
    readonly product: string;
    readonly migrations: readonly MigrationStatus[];
    readonly rowRules: RowRuleState;
    readonly pipelines: readonly PipelineStatus[];
  }[];
}

interface MigrationRow {
  readonly file: string;
  readonly checksum: string;
  readonly at: string;
}

interface RunRow {
  readonly file: string;
  readonly checksum: string;
  readonly outcome: 'succeeded' | 'failed';
  readonly at: string;
  readonly duration_ms: number;
  readonly rows: number;
  readonly problem: string | null;
}

/** A timestamp in the form of RFC 3339. */
const instant = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/**
 * Reads how the database stands: what is landed, which migrations are applied, how the latest
 * runs of the pipelines went. Changes nothing.
 *
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`; `CONFIG_INVALID` for a product folder that
 *   cannot be read.
 */
export async function readPipelineStatus(
  adminUrl: string,
  productsFolder: string,
  products: readonly string[],
): Promise<PlatformStatus> {
  const files = await Promise.all(
    products.map((product) => readProductFiles(productsFolder, product)),
  );
  const administrator = await openAdministrator(adminUrl);
  try {
    const [platform] = await administrator.query<{ ready: boolean }>(
      "SELECT to_regclass('mesh.pipeline_run') IS NOT NULL AS ready",
    );
    const ready = platform?.ready === true;
    const statuses: PlatformStatus['products'][number][] = [];
    for (const one of files) statuses.push(await readProduct(administrator, one, ready));
    return { landing: ready ? await readLanding(administrator) : null, products: statuses };
  } finally {
    await administrator.close();
  }
}

async function readLanding(administrator: Administrator): Promise<PlatformStatus['landing']> {
  const [load] = await administrator.query<{ rows: number; loadedAt: string }>(
    `SELECT rows::int AS rows, ${instant('loaded_at')} AS "loadedAt"
     FROM mesh.landing_load WHERE landing_table = $1`,
    [superstoreLines().table],
  );
  return load ?? null;
}

async function readProduct(
  administrator: Administrator,
  files: ProductFiles,
  ready: boolean,
): Promise<PlatformStatus['products'][number]> {
  const { product } = files;
  const applied = ready
    ? await administrator.query<MigrationRow>(
        `SELECT file, checksum, ${instant('applied_at')} AS at
         FROM mesh.migration WHERE product = $1 ORDER BY file`,
        [product],
      )
    : [];
  const runs = ready
    ? await administrator.query<RunRow>(
        `SELECT DISTINCT ON (file) file, checksum, outcome, ${instant('finished_at')} AS at,
                round(extract(epoch FROM finished_at - started_at) * 1000)::int AS duration_ms,
                rows::int AS rows, problem
         FROM mesh.pipeline_run WHERE product = $1 ORDER BY file, id DESC`,
        [product],
      )
    : [];
  return {
    product,
    migrations: toMigrationStatuses(files, applied),
    rowRules: await readRowRules(administrator, files, ready),
    pipelines: toPipelineStatuses(files, runs),
  };
}

/** A database that an earlier version made ready knows no row rules yet. */
async function readRowRules(
  administrator: Administrator,
  files: ProductFiles,
  ready: boolean,
): Promise<RowRuleState> {
  const [ledger] = await administrator.query<{ known: boolean }>(
    "SELECT to_regclass('mesh.row_rule') IS NOT NULL AS known",
  );
  if (ready && ledger?.known === true) return readRowRuleState(administrator, files);
  return files.rowRules.length === 0 ? 'none' : 'pending';
}

function toMigrationStatuses(
  { migrations }: ProductFiles,
  applied: readonly MigrationRow[],
): readonly MigrationStatus[] {
  const rows = new Map(applied.map((row) => [row.file, row]));
  const known = migrations.map(({ name, checksum }): MigrationStatus => {
    const row = rows.get(name);
    if (row === undefined) return { file: name, state: 'pending', appliedAt: null };
    return {
      file: name,
      state: row.checksum === checksum ? 'applied' : 'changed',
      appliedAt: row.at,
    };
  });
  const present = new Set(migrations.map(({ name }) => name));
  const missing = applied
    .filter(({ file }) => !present.has(file))
    .map(({ file, at }): MigrationStatus => ({ file, state: 'file missing', appliedAt: at }));
  return [...known, ...missing].toSorted((a, b) => (a.file < b.file ? -1 : 1));
}

function toPipelineStatuses(
  { pipelines }: ProductFiles,
  runs: readonly RunRow[],
): readonly PipelineStatus[] {
  const rows = new Map(runs.map((row) => [row.file, row]));
  return pipelines.map(({ name, checksum }) => {
    const row = rows.get(name);
    if (row === undefined) return { file: name, lastRun: null };
    return {
      file: name,
      lastRun: {
        outcome: row.outcome,
        finishedAt: row.at,
        durationMs: row.duration_ms,
        rows: row.rows,
        problem: row.problem,
        sameFile: row.checksum === checksum,
      },
    };
  });
}

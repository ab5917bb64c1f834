/**
 * Makes a PostgreSQL database ready for the data products of a mesh.
 *
 * Safe to run at any time and from several processes at once: an advisory lock lets one
 * work and the others wait, and what is up to date is left alone, so that a call without
 * anything to do costs a few dozen milliseconds.
 *
 * @module
 */
import {
  type Administrator,
  openAdministrator,
} from '../../../shared/postgres/open-administrator.ts';
import { applyMigrations } from './apply-migrations.ts';
import { createControlRole } from './control-role.ts';
import { type LandingSource, loadLanding, superstoreLines } from './load-landing.ts';
import { createPlatformSchema } from './platform-schema.ts';
import { type ProductFiles, readProductFiles } from './product-files.ts';
import { createProductRoles, type ProductAccess } from './product-roles.ts';
import { type PipelineRun, runPipelines } from './run-pipelines.ts';

/** Something that has just been done, for a progress display. */
export type PlatformProgress =
  | { readonly step: 'waiting' }
  | { readonly step: 'migration'; readonly product: string; readonly file: string }
  | { readonly step: 'row rules'; readonly product: string }
  | { readonly step: 'landing'; readonly rows: number }
  | ({ readonly step: 'pipeline' } & PipelineRun);

/** What may accompany a preparation. */
export interface PreparePlatformOptions {
  /** Path of the folder that holds one folder per product. */
  readonly productsFolder: string;
  /** For the role of gateways and the access API; without one there is no such role. */
  readonly controlPassword?: string;
  readonly onProgress?: (progress: PlatformProgress) => void;
  /** Instead of the shipped order lines. */
  readonly source?: LandingSource;
}

/** What one preparation did. */
export interface PlatformReport {
  /** Source lines that are landed, a count. */
  readonly landingRows: number;
  /** Whether they were loaded now. */
  readonly landingLoaded: boolean;
  readonly migrationsApplied: readonly { readonly product: string; readonly file: string }[];
  /** Products whose policies were made anew from their row rules. */
  readonly rowRulesApplied: readonly string[];
  readonly pipelinesRun: readonly PipelineRun[];
}

/** Key of the advisory lock, the letters "mesh" read as one number. */
const PLATFORM_LOCK = 0x6d657368;

/**
 * Creates roles, schemas and the platform's functions, applies migrations and row rules, loads
 * the source lines and runs pipelines, in the order of the products given.
 *
 * @param adminUrl Connection URL of a role that may create roles and schemas.
 * @param products Each with the password for its runtime role, which is set anew.
 * @returns What was done now; all empty when everything was up to date.
 * @throws {MeshgateError} `DATABASE_UNAVAILABLE`, `CONFIG_INVALID` (product folder, name or
 *   role), `MIGRATION_CHANGED`, `PIPELINE_FAILED`.
 */
export async function preparePlatform(
  adminUrl: string,
  products: readonly ProductAccess[],
  options: PreparePlatformOptions,
): Promise<PlatformReport> {
  const files = await Promise.all(
    products.map(({ product }) => readProductFiles(options.productsFolder, product)),
  );
  const administrator = await openAdministrator(adminUrl);
  try {
    const report = options.onProgress ?? (() => undefined);
    await takeLock(administrator, report);
    await createPlatformSchema(administrator);
    await createProductRoles(administrator, products);
    const { controlPassword } = options;
    if (controlPassword !== undefined) await createControlRole(administrator, controlPassword);
    return await prepareData(administrator, files, options.source ?? superstoreLines(), report);
  } finally {
    // Ending the session also gives the lock back.
    await administrator.close();
  }
}

async function takeLock(
  administrator: Administrator,
  report: (progress: PlatformProgress) => void,
): Promise<void> {
  const [attempt] = await administrator.query<{ taken: boolean }>(
    'SELECT pg_try_advisory_lock($1) AS taken',
    [PLATFORM_LOCK],
  );
  if (attempt?.taken === true) return;
  report({ step: 'waiting' });
  await administrator.query('SELECT pg_advisory_lock($1)', [PLATFORM_LOCK]);
}

async function prepareData(
  administrator: Administrator,
  products: readonly ProductFiles[],
  source: LandingSource,
  report: (progress: PlatformProgress) => void,
): Promise<PlatformReport> {
  const migrationsApplied: { product: string; file: string }[] = [];
  const rowRulesApplied: string[] = [];
  for (const files of products) {
    const { product } = files;
    const applied = await applyMigrations(administrator, files, (file) =>
      report({ step: 'migration', product, file }),
    );
    migrationsApplied.push(...applied.files.map((file) => ({ product, file })));
    if (!applied.rowRules) continue;
    rowRulesApplied.push(product);
    report({ step: 'row rules', product });
  }

  const landing = await loadLanding(administrator, source);
  if (landing.loaded) report({ step: 'landing', rows: landing.rows });

  const pipelinesRun: PipelineRun[] = [];
  for (const files of products) {
    const runs = await runPipelines(administrator, files, landing.checksum, (run) =>
      report({ step: 'pipeline', ...run }),
    );
    pipelinesRun.push(...runs);
  }
  return {
    landingRows: landing.rows,
    landingLoaded: landing.loaded,
    migrationsApplied,
    rowRulesApplied,
    pipelinesRun,
  };
}

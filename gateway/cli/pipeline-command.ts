import { type Command, Option } from 'commander';

import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { preparePlatform } from '../control/pipeline/prepare-platform.ts';
import { listProducts } from '../control/pipeline/product-files.ts';
import type { ProductAccess } from '../control/pipeline/product-roles.ts';
import { readPipelineStatus } from '../control/pipeline/read-pipeline-status.ts';
import type { CommandTools } from './command-tools.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { findLocalDatabase, type LocalDatabase } from './local/database/local-database.ts';
import { toPlatformNote } from './local/platform-note.ts';
import { toVariable } from './project/product-variable.ts';
import { findProjectPaths } from './project/project-paths.ts';
import { createPaint } from './terminal/paint.ts';
import { createProgress } from './terminal/progress.ts';
import { needsAttention, renderPipelineStatus } from './terminal/render-pipeline-status.ts';

interface PipelineOptions {
  readonly databaseUrl?: string;
  readonly data: string;
  readonly product: readonly string[];
  readonly json?: true;
}

/** The database a command works on, and where its roles' passwords are when it is a local one. */
interface Target {
  readonly adminUrl: string;
  readonly local: LocalDatabase | null;
}

/**
 * Adds `meshgate pipeline run` and `meshgate pipeline status`.
 *
 * @param setExitCode Called when the command ends well and yet has something to report.
 */
export function addPipelineCommand(
  program: Command,
  tools: CommandTools,
  setExitCode: (code: ExitCode) => void,
): void {
  const pipeline = program.command('pipeline').description('prepare and inspect the data');
  withTarget(pipeline.command('run'))
    .description('make the database ready: roles, migrations, source lines, pipelines')
    .addHelpText(
      'after',
      `
Each product's runtime role gets the password in ${toVariable('name', 'DATABASE_PASSWORD')} (ORDERS_DATABASE_PASSWORD
for orders). With MESHGATE_DATABASE_PASSWORD there is also a role meshgate, for gateways and the access API, which owns the
schema of that name. What is up to date is left alone.`,
    )
    .action((options: PipelineOptions) => runPipelines(options, tools));
  withTarget(pipeline.command('status'))
    .description('show migrations and the latest runs; exit code 1 when something is to be done')
    .action(async (options: PipelineOptions) => {
      setExitCode(await showStatus(options, tools));
    });
}

function withTarget(command: Command): Command {
  return command
    .option('--database-url <url>', 'PostgreSQL as an administrator (default: DATABASE_URL)')
    .option('--data <folder>', 'data folder of a running mesh, when no URL is given', '.meshgate')
    .addOption(
      new Option('--product <name>', 'only this product; may be repeated')
        .argParser((name: string, earlier: readonly string[]) => [...earlier, name])
        .default([], 'all'),
    )
    .option('--json', 'print the facts as JSON');
}

async function runPipelines(options: PipelineOptions, tools: CommandTools): Promise<void> {
  const { productsFolder } = findProjectPaths();
  const products = await chooseProducts(productsFolder, options.product);
  const target = await findTarget(options, tools.env);
  const access = toAccess(products, target, tools.env);
  const control = tools.env.MESHGATE_DATABASE_PASSWORD || undefined;
  const progress = createProgress(tools);
  progress.begin('Data');
  try {
    const report = await preparePlatform(target.adminUrl, access, {
      productsFolder,
      ...(control === undefined ? {} : { controlPassword: control }),
      onProgress: (event) => progress.note(toPlatformNote(event)),
    });
    const { migrationsApplied, pipelinesRun, landingRows } = report;
    progress.succeed(
      `${landingRows} order lines, ${migrationsApplied.length} migrations applied, ${pipelinesRun.length} pipelines run`,
    );
    if (options.json === true) tools.stdout.write(`${JSON.stringify(report)}\n`);
  } catch (error) {
    progress.fail();
    throw error;
  }
}

async function showStatus(options: PipelineOptions, tools: CommandTools): Promise<ExitCode> {
  const { productsFolder } = findProjectPaths();
  const products = await chooseProducts(productsFolder, options.product);
  const { adminUrl } = await findTarget(options, tools.env);
  const status = await readPipelineStatus(adminUrl, productsFolder, products);
  tools.stdout.write(
    options.json === true
      ? `${JSON.stringify(status)}\n`
      : renderPipelineStatus(status, createPaint(tools.stdout, tools.env)),
  );
  return needsAttention(status) ? EXIT.finding : EXIT.ok;
}

async function chooseProducts(
  productsFolder: string,
  named: readonly string[],
): Promise<readonly string[]> {
  const known = await listProducts(productsFolder);
  const unknown = named.filter((name) => !known.includes(name));
  if (unknown.length === 0) return named.length === 0 ? known : named;
  throw new MeshgateError('CONFIG_INVALID', {
    message: `Expected --product to name a data product (${known.join(', ')}), but got ${unknown.join(', ')}.`,
  });
}

async function findTarget(options: PipelineOptions, env: CommandTools['env']): Promise<Target> {
  const adminUrl = options.databaseUrl ?? env.DATABASE_URL;
  if (adminUrl !== undefined) return { adminUrl, local: null };
  const local = await findLocalDatabase(options.data);
  if (local !== null) return { adminUrl: local.adminUrl, local };
  throw new MeshgateError('CONFIG_INVALID', {
    message: `Expected a database to work on, but neither --database-url nor DATABASE_URL is set and no mesh runs on ${options.data}. Set one of them, or start the mesh with meshgate up.`,
  });
}

function toAccess(
  products: readonly string[],
  { local }: Target,
  env: CommandTools['env'],
): readonly ProductAccess[] {
  const known = products.map((product) => ({
    product,
    password: env[toVariable(product, 'DATABASE_PASSWORD')] ?? local?.secrets.products[product],
  }));
  const missing = known.filter(({ password }) => password === undefined || password === '');
  if (missing.length > 0) {
    const names = missing.map(({ product }) => toVariable(product, 'DATABASE_PASSWORD'));
    throw new MeshgateError('CONFIG_INVALID', {
      message: `Expected a password for each product's runtime role, but ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not set. Set them in the environment.`,
    });
  }
  return known.map(({ product, password }) => ({ product, password: password ?? '' }));
}

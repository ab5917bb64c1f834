import type { PlatformStatus } from '../../control/pipeline/read-pipeline-status.ts';
import type { Paint } from './paint.ts';

type ProductStatus = PlatformStatus['products'][number];

/** Whether a run of the pipelines is due, or an edited migration or policy has to be put right. */
export function needsAttention({ landing, products }: PlatformStatus): boolean {
  return (
    landing === null ||
    products.some(
      ({ migrations, rowRules, pipelines }) =>
        rowRules === 'pending' ||
        rowRules === 'changed' ||
        migrations.some(({ state }) => state === 'pending' || state === 'changed') ||
        pipelines.some(({ lastRun }) => lastRun?.outcome !== 'succeeded' || !lastRun.sameFile),
    )
  );
}

/** Renders the status as a list for a person to read. */
export function renderPipelineStatus(status: PlatformStatus, paint: Paint): string {
  const landing =
    status.landing === null
      ? paint.red('no source lines are loaded')
      : `${status.landing.rows} source lines, loaded ${status.landing.loadedAt}`;
  const products = status.products.flatMap((product) => [
    '',
    paint.bold(product.product),
    ...renderMigrations(product, paint),
    ...renderRowRules(product, paint),
    ...renderPipelines(product, paint),
  ]);
  return `${[landing, ...products].join('\n')}\n`;
}

function renderMigrations({ migrations }: ProductStatus, paint: Paint): readonly string[] {
  return migrations.map(({ file, state, appliedAt }) => {
    const mark = state === 'applied' ? paint.green(state) : paint.red(state);
    return `  migrations/${file}  ${mark}${appliedAt === null ? '' : paint.dim(` ${appliedAt}`)}`;
  });
}

function renderRowRules({ rowRules }: ProductStatus, paint: Paint): readonly string[] {
  if (rowRules === 'none') return [];
  const name = '  product.odps.yaml rowRules  ';
  if (rowRules === 'applied') return [`${name}${paint.green('applied')}`];
  const reason =
    rowRules === 'pending' ? 'declared anew, not applied' : 'policies changed in the database';
  return [`${name}${paint.red(reason)}`];
}

function renderPipelines({ pipelines }: ProductStatus, paint: Paint): readonly string[] {
  return pipelines.map(({ file, lastRun }) => {
    const name = `  pipeline/${file}  `;
    if (lastRun === null) return `${name}${paint.red('never run')}`;
    const { outcome, sameFile, rows, durationMs, finishedAt, problem } = lastRun;
    if (outcome === 'failed') return `${name}${paint.red('failed')} ${finishedAt}: ${problem}`;
    const mark = sameFile ? paint.green('succeeded') : paint.red('edited since it ran');
    return `${name}${mark} ${paint.dim(`${finishedAt}, ${rows} rows in ${durationMs} ms`)}`;
  });
}

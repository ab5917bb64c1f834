import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';
import { awaitApplied, type Enforcement } from '../../control/access/await-applied.ts';
import type { AccessChange } from '../../control/access/settle-request.ts';
import type { CommandTools } from '../command-tools.ts';
import { withControlDatabase } from '../credentials/with-control-database.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { DeedOptions } from './access-options.ts';

/**
 * Makes a change, waits until the gateways enforce it and says what came of both.
 *
 * @param say The first sentence, without what gateways do about it.
 * @returns A finding when a gateway has not confirmed in time.
 */
export async function reportChange(
  options: DeedOptions,
  { env, stdout }: CommandTools,
  change: (pool: PostgresPool) => Promise<AccessChange>,
  say: (changed: AccessChange) => string,
): Promise<ExitCode> {
  const { changed, enforcement } = await withControlDatabase(options.data, env, async (pool) => {
    const made = await change(pool);
    const waited =
      made.epoch === null
        ? null
        : await awaitApplied(pool, made.epoch, options.wait * 1000, () => performance.now());
    return { changed: made, enforcement: waited };
  });
  const { request, grant, needs } = changed;
  stdout.write(
    options.json === true
      ? `${JSON.stringify({ request, grant, needs, enforcement })}\n`
      : `${say(changed)}${enforcement === null ? '' : describe(enforcement)}`,
  );
  return enforcement === null || enforcement.waitingFor.length === 0 ? EXIT.ok : EXIT.finding;
}

function describe({ applied, of, waitingFor }: Enforcement): string {
  if (of === 0) return 'No gateway runs; those that start know it.\n';
  const count = `Applied on ${applied} of ${of} ${of === 1 ? 'gateway' : 'gateways'}.\n`;
  if (waitingFor.length === 0) return count;
  return `${count}Not confirmed by ${waitingFor.join(', ')}: until it is, or is no longer seen and uses no grants, it may answer as before.\n`;
}

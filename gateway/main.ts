#!/usr/bin/env -S node --max-semi-space-size=32
/**
 * The `meshgate` command: hands the command line its environment and the one
 * thing that it may not reach for itself, a gateway. A gateway with several
 * workers starts this file again for each of them.
 *
 * The flag doubles the young generation: the data of the requests that wait for a product outlives the
 * default, and was copied again and again, for more than a third of the time of a large answer.
 *
 * @module
 */
import cluster from 'node:cluster';

// What a command does not need is not loaded: the planner above all.
if (cluster.isWorker) {
  const { serveWorker } = await import('./wiring/process/serve-worker.ts');
  process.exit(await serveWorker(process.env));
} else {
  const { runCommandLine } = await import('./cli/command-line.ts');
  process.exitCode = await runCommandLine(process.argv, {
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    serve: async (settings) =>
      (await import('./wiring/process/serve-workers.ts')).serveWorkers(settings),
    readPreparationSettings: async (settings) =>
      (await import('./wiring/process/read-preparation-settings.ts')).readPreparationSettings(
        settings,
      ),
    loadHashedKeys: async (settings) =>
      (await import('./wiring/process/load-hashed-keys.ts')).loadHashedKeys(settings),
  });
}

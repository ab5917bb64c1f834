#!/usr/bin/env node
/**
 * The `meshgate` command: hands the command line its environment and the one
 * thing that it may not reach for itself, a gateway.
 *
 * @module
 */
import { runCommandLine } from './cli/command-line.ts';

process.exitCode = await runCommandLine(process.argv, {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  // Building a gateway loads the planner, which most commands do not need.
  serve: async (settings) => (await import('./serve-gateway.ts')).serveGateway(settings),
});

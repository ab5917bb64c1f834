import type { Command } from 'commander';

import type { CommandTools } from '../command-tools.ts';
import type { ExitCode } from '../exit-code.ts';
import { addAnswerCommands } from './answer-commands.ts';
import { addDiffCommand } from './diff-command.ts';
import { addEmergencyCommands } from './emergency-commands.ts';
import { addHoldersCommand } from './holders-command.ts';
import { addListCommands } from './list-commands.ts';
import { addMatrixCommand } from './matrix-command.ts';
import { addRegisterCommand } from './register-command.ts';
import { addRequestCommands } from './request-commands.ts';
import { addServeCommand } from './serve-command.ts';

const HELP = `
Whoever runs these commands on requests and grants holds the database and could write anything to it: they are a tool for
administrators. Who acts is what --as says; it is held against the rules and recorded.`;

/**
 * Adds `meshgate access` and what is below it.
 *
 * @throws {MeshgateError} From the actions: `CONFIG_INVALID` and `DATABASE_UNAVAILABLE` without a
 *   database; `INPUT_INVALID` and the `ACCESS_…` codes for what the rules do not allow or
 *   nobody knows.
 */
export function addAccessCommand(
  program: Command,
  tools: CommandTools,
  setExitCode: (code: ExitCode) => void,
): void {
  const access = program
    .command('access')
    .description('who may use which data: requests, approvals, grants')
    .addHelpText('after', HELP);
  addRegisterCommand(access, tools);
  addRequestCommands(access, tools, setExitCode);
  addAnswerCommands(access, tools, setExitCode);
  addEmergencyCommands(access, tools, setExitCode);
  addListCommands(access, tools);
  addHoldersCommand(access, tools);
  addMatrixCommand(access, tools);
  addDiffCommand(access, tools, setExitCode);
  addServeCommand(access, tools);
}

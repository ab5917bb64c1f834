/**
 * The `meshgate` command.
 *
 * Facts go to standard output, progress and errors to standard error. A command ends with 0,
 * with 1 for a finding or a failure, or with 2 when it was called wrongly.
 *
 * @module
 */
import { Command, CommanderError } from 'commander';

import { readProjectVersion } from '../../shared/lang/read-project-version.ts';
import { addAccessCommand } from './access/access-command.ts';
import { addAuditCommand } from './audit/audit-command.ts';
import { addCacheCommand } from './cache-command.ts';
import type { CommandTools } from './command-tools.ts';
import { addComposeCommand } from './compose-command.ts';
import { addApiKeyCommand } from './credentials/api-key-command.ts';
import { addRevokeCommand } from './credentials/revoke-command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { addKeysCommand } from './keys-command.ts';
import { addOperationsCommand } from './operations-command.ts';
import { addPipelineCommand } from './pipeline-command.ts';
import { addProductCommand } from './product-command.ts';
import { addServeCommand } from './serve-command.ts';
import { describeError } from './terminal/describe-error.ts';
import { createPaint } from './terminal/paint.ts';
import { addTokenCommand } from './token-command.ts';
import { addUpCommand } from './up-command.ts';

/** Columns of help where it is not printed on a terminal. */
const HELP_WIDTH = 80;

/**
 * Runs one command to its end.
 *
 * @param argv As `process.argv`: the program and the script come first.
 * @returns The exit code; never throws.
 */
export async function runCommandLine(
  argv: readonly string[],
  tools: CommandTools,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const version = await readProjectVersion();
  const program = createProgram(tools, version, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    // Commander has printed what it has to say: help, the version, or what is wrong with a call.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    tools.stderr.write(describeError(error, createPaint(tools.stderr, tools.env)));
    return EXIT.finding;
  }
}

function createProgram(
  tools: CommandTools,
  version: string,
  setExitCode: (code: ExitCode) => void,
): Command {
  const program = new Command('meshgate')
    .version(version, '-V, --version', 'print the version')
    .description('A federated GraphQL data access gateway for a data mesh.')
    .showHelpAfterError('(add --help for what can be given)')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void tools.stdout.write(text),
      writeErr: (text) => void tools.stderr.write(text),
      getOutHelpWidth: () => tools.stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => tools.stderr.columns ?? HELP_WIDTH,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  // Subcommands take over what is set so far.
  addUpCommand(program, tools);
  addServeCommand(program, tools);
  addProductCommand(program, tools);
  addTokenCommand(program, tools);
  addPipelineCommand(program, tools, setExitCode);
  addComposeCommand(program, tools);
  addKeysCommand(program, tools);
  addApiKeyCommand(program, tools);
  addRevokeCommand(program, tools);
  addAccessCommand(program, tools, setExitCode);
  addCacheCommand(program, tools);
  addAuditCommand(program, tools, setExitCode);
  addOperationsCommand(program, tools, setExitCode);
  return program;
}

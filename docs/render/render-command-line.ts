import { runCommandLine } from '../../gateway/cli/command-line.ts';

/**
 * Renders `docs/reference/cli.md` from the commands' own help: Markdown, ending in a newline.
 *
 * The commands are found by reading the help of `meshgate` itself, and of each group in turn.
 */
export async function renderCommandLine(): Promise<string> {
  // Help is as wide as the terminal; the page must not depend on who renders it.
  process.stdout.columns = 80;
  const sections = await renderCommand([]);
  return `${[
    '# Command line',
    '',
    'Generated from what each command prints for `--help`; do not edit.',
    '',
    'Facts go to standard output, progress and errors to standard error. A command ends with 0, with 1',
    'for a finding or a failure, or with 2 when it was called wrongly.',
    ...sections,
  ].join('\n')}\n`;
}

async function renderCommand(command: readonly string[]): Promise<readonly string[]> {
  const help = await readHelp(command);
  const below = await Promise.all(
    findCommands(help).map((name) => renderCommand([...command, name])),
  );
  const title = ['meshgate', ...command].join(' ');
  return ['', `## ${title}`, '', '```text', help.trimEnd(), '```', ...below.flat()];
}

async function readHelp(command: readonly string[]): Promise<string> {
  let printed = '';
  const stream = {
    write: (text: string) => {
      printed += text;
    },
  };
  await runCommandLine(['node', 'meshgate', ...command, '--help'], {
    env: {},
    stdout: stream,
    stderr: stream,
    serve: () => Promise.reject(new Error('Help serves nothing.')),
    readPreparationSettings: () => Promise.reject(new Error('Help prepares nothing.')),
    loadHashedKeys: () => Promise.reject(new Error('Help hashes nothing.')),
  });
  return printed;
}

/** Names in the list of commands; the second line of a long description is indented further. */
function findCommands(help: string): readonly string[] {
  const [, list = ''] = help.split('\nCommands:\n');
  return [...list.matchAll(/^ {2}([a-z-]+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
}

import type { CommandTools, TextStream } from '../command-tools.ts';

/** Wraps a text in terminal colours, or gives it back as it is. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/**
 * Chooses colours for a stream: on a terminal, unless `NO_COLOR` is set to anything.
 *
 * @see https://no-color.org
 */
export function createPaint(stream: TextStream, env: CommandTools['env']): Paint {
  const enabled = stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  const style = (on: number, off: number) => (text: string) =>
    enabled ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    cyan: style(36, 39),
  };
}

import type { CommandTools } from '../command-tools.ts';
import { createPaint } from './paint.ts';

/** Shows long work, one step at a time. */
export interface Progress {
  /** Begins a step; the one before must have ended. */
  begin(title: string): void;
  /** Says what the step is at. */
  note(detail: string): void;
  /** Ends the step well. */
  succeed(detail: string): void;
  /** Ends the step, if there is one, without saying why. */
  fail(): void;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;

/**
 * Shows steps on standard error: on a terminal one line each that is written over while the
 * step runs, elsewhere a plain line for every event.
 */
export function createProgress({ stderr, env }: CommandTools): Progress {
  return stderr.isTTY === true && env.TERM !== 'dumb'
    ? createTerminalProgress(stderr, createPaint(stderr, env))
    : createPlainProgress(stderr);
}

function createPlainProgress(stream: CommandTools['stderr']): Progress {
  let step = { title: '', startedMs: 0 };
  return {
    begin(title) {
      step = { title, startedMs: performance.now() };
      stream.write(`${title} …\n`);
    },
    note: (detail) => void stream.write(`${step.title}: ${detail}\n`),
    succeed: (detail) =>
      void stream.write(`${step.title}: ${detail} (${seconds(step.startedMs)})\n`),
    fail: () => undefined,
  };
}

function createTerminalProgress(
  stream: CommandTools['stderr'],
  paint: ReturnType<typeof createPaint>,
): Progress {
  let step: { title: string; startedMs: number; detail: string; timer: NodeJS.Timeout } | null =
    null;
  let frame = 0;
  const show = (text: string) => stream.write(`\r\u001b[2K${text}`);
  const draw = () => {
    if (step === null) return;
    frame = (frame + 1) % FRAMES.length;
    show(`${paint.cyan(FRAMES[frame] ?? '')} ${step.title} ${paint.dim(step.detail)}`);
  };
  const end = (mark: string, detail: string) => {
    if (step === null) return;
    clearInterval(step.timer);
    show(`${mark} ${step.title} ${paint.dim(`${detail} (${seconds(step.startedMs)})`)}\n`);
    step = null;
  };
  return {
    begin(title) {
      // Unreferenced, so that a display never keeps a process alive.
      const timer = setInterval(draw, FRAME_MS).unref();
      step = { title, startedMs: performance.now(), detail: '', timer };
      draw();
    },
    note(detail) {
      if (step !== null) step.detail = detail;
      draw();
    },
    succeed: (detail) => end(paint.green('✔'), detail),
    fail: () => end(paint.red('✘'), 'failed'),
  };
}

function seconds(startedMs: number): string {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}

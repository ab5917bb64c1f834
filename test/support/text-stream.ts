import type { CommandTools, TextStream } from '../../gateway/cli/command-tools.ts';

/** A stream that keeps what is written to it. */
export interface KeptStream extends TextStream {
  text(): string;
}

/** @param isTTY Whether it claims to be a terminal. */
export function keepText(isTTY = false): KeptStream {
  let text = '';
  return {
    isTTY,
    write(more) {
      text += more;
    },
    text: () => text,
  };
}

/** What a command needs, with streams that keep their text and a gateway that cannot be started. */
export function createCommandTools(
  env: CommandTools['env'] = {},
): CommandTools & { readonly stdout: KeptStream; readonly stderr: KeptStream } {
  return {
    env,
    stdout: keepText(),
    stderr: keepText(),
    serve: () => Promise.reject(new Error('This test starts no gateway.')),
    readPreparationSettings: async (settings) =>
      (
        await import('../../gateway/wiring/process/read-preparation-settings.ts')
      ).readPreparationSettings(settings),
    loadHashedKeys: async (settings) =>
      (await import('../../gateway/wiring/process/load-hashed-keys.ts')).loadHashedKeys(settings),
  };
}

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const toPath = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const compress = promisify(gzip);

/** Writes each asset compressed beside it, so that the server only has to send it. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    async writeBundle({ dir = '' }) {
      const assets = join(dir, 'assets');
      const names = (await readdir(assets)).filter((name) => /\.(css|js)$/.test(name));
      await Promise.all(
        names.map(async (name) => {
          const file = join(assets, name);
          await writeFile(`${file}.gz`, await compress(await readFile(file)));
        }),
      );
    },
  };
}

/** The portal is built to plain files, which the gateway serves under `/portal/`. */
export default defineConfig({
  root: toPath('.'),
  base: '/portal/',
  plugins: [react(), precompress()],
  build: {
    outDir: toPath('../../dist/portal'),
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the pages allows no inline script, and the editor is large by nature.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 8000,
    rolldownOptions: {
      input: toPath('playground.html'),
      onLog(level, log, report) {
        // Libraries mark modules for React's compiler, which is not used here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

const worthIt = 1_000;

/** Beside each text what browsers are sent in its place: nobody compresses the same bytes again for every viewer. */
const compressed = (): Plugin => ({
  name: 'compressed',
  // Not before everything is written: until then others of the build still change it.
  writeBundle({ dir = '' }, bundle) {
    for (const fileName of Object.keys(bundle)) {
      const file = join(dir, fileName);
      const source = readFileSync(file);
      if (source.length < worthIt) continue;
      writeFileSync(`${file}.br`, brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: source.length } }));
      writeFileSync(`${file}.gz`, gzipSync(source, { level: 9 }));
    }
  },
});

/** Addresses are relative, so that the console works under any path; nothing is inlined, so that a strict content security policy holds. */
export default defineConfig({
  root: here,
  base: './',
  build: {
    outDir: fileURLToPath(new URL('../../../dist/adapters/console', import.meta.url)),
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    license: { fileName: 'LICENSES.md' },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [compressed()],
});

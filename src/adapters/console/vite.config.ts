import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

const worthIt = 1_000;

/** Beside each text what browsers are sent in its place: nobody compresses the same bytes again for every viewer. */
const compressed = (): Plugin => ({
  name: 'compressed',
  generateBundle(_, bundle) {
    for (const [fileName, file] of Object.entries(bundle)) {
      const source = file.type === 'chunk' ? file.code : file.source;
      if (source.length < worthIt) continue;
      const options = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: source.length } };
      this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(source, options) });
      this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(source, { level: 9 }) });
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
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [compressed()],
});

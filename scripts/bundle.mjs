// Puts what is loaded at every start into few files: dist/bundle, from what the compiler left in dist. Of the packages only those are
// taken in that come as hundreds of small modules, and their licences with them; all others stay where they are.
//   node scripts/bundle.mjs
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';

const into = 'dist/bundle';
const entries = {
  index: 'dist/bootstrap/index.js',
  main: 'dist/bootstrap/main.js',
  storeWorker: 'dist/adapters/sqlite/worker.js',
  jobWorker: 'dist/adapters/runner/worker.js',
  beatWorker: 'dist/adapters/mongo/beatWorker.js',
  inventoryWorker: 'dist/adapters/inventory/embedded/worker.js',
  reportWorker: 'dist/adapters/handlers/reportGeneration/render/worker.js',
};
const takenIn = /^(inversify|@inversifyjs\/[^/]+|zod)(\/|$)/;
const isPackage = (id) => !/^[./#]/.test(id);

rmSync(into, { recursive: true, force: true });
const bundle = await rolldown({
  input: entries,
  platform: 'node',
  external: (id) => isPackage(id) && !takenIn.test(id),
});
const { output } = await bundle.write({ dir: into, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'parts/[name]-[hash].js' });
await bundle.close();

const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
const packages = new Set(modules.flatMap((id) => id.match(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []));
const licences = [...packages].sort().map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8').trim()}\n`);
writeFileSync(`${into}/LICENSES.txt`, licences.join('\n\n'));

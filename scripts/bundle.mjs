// Puts what is loaded at every start into few files: dist/bundle, from what the compiler left in dist. Of the packages only those are
// taken in that come as hundreds of small modules, or are slow to find by themselves, and their licences with them; all others stay where they are.
//   node scripts/bundle.mjs
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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
const takenIn = /^(inversify|@inversifyjs\/[^/]+|zod|cron-parser|luxon|reflect-metadata)(\/|$)/;
const isPackage = (id) => !/^[./#]/.test(id);

rmSync(into, { recursive: true, force: true });
const bundle = await rolldown({
  input: entries,
  platform: 'node',
  // The calendar and its parser share one copy.
  resolve: { alias: { luxon: fileURLToPath(import.meta.resolve('luxon')) } },
  external: (id) => isPackage(id) && !takenIn.test(id),
});
const { output } = await bundle.write({ dir: into, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'parts/[name]-[hash].js' });
await bundle.close();

const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
const packages = new Set(modules.flatMap((id) => id.match(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []));
const licenceOf = (name) => {
  const directory = `node_modules/${name}`;
  const file = readdirSync(directory).find((entry) => /^licen[cs]e(\.md|\.txt)?$/i.test(entry));
  if (!file) throw new Error(`${name} is taken in, and has no file with its licence`);
  return `${name}\n\n${readFileSync(`${directory}/${file}`, 'utf8').trim()}\n`;
};
const licences = [...packages].sort().map(licenceOf);
writeFileSync(`${into}/LICENSES.txt`, licences.join('\n\n'));

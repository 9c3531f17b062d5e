// Plants small faults in the domain and in the application, one at a time, and looks whether the tests of that layer notice.
//
//   npm run mutation                         every folder; what has not changed since it was last looked at is not tried again
//   npm run mutation -- src/domain/job       these folders only
//   npm run mutation -- --again ...          as if nothing were known: after a change of what tests share, such as test/dsl.ts, and where
//                                            constants of a module had no tests until now
//
// What is found stays in build/mutation, a file for each folder: a run that was broken off goes on with the folder it was at.
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

const { values: options, positionals } = parseArgs({
  options: { again: { type: 'boolean', default: false }, concurrency: { type: 'string', default: '1' } },
  allowPositionals: true,
});

const foldersIn = (folder) => [
  folder,
  ...readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? foldersIn(`${folder}/${entry.name}`) : [])),
];

/** Ports are promises without code. */
const folders = positionals.length > 0 ? positionals : [...foldersIn('src/domain'), ...foldersIn('src/application')].filter(isCode);

function isCode(folder) {
  return folder !== 'src/application/ports' && readdirSync(folder).some((file) => file.endsWith('.ts'));
}

/** Where a folder has tests of its own they must do alone: all those of the application take a minute for each mutant. */
const ownTests = {
  'src/application/projections': 'test/application/projections.test.ts',
  'src/application/audit': 'test/application/{explain,fates,importLog}.test.ts',
  'src/application/subscribers': 'test/application/relay/*.test.ts',
  'src/application/subscribers/notifications': 'test/application/{channel,notices,notifications,told}.test.ts',
  'src/application/dispatch': 'test/application/{capacity,dispatch,properties}.test.ts',
};

const testsFor = (folder) => ownTests[folder] ?? `test/${folder.split('/')[1]}/**/*.test.ts`;

const mutate = async (folder) => {
  const kept = `build/mutation/${folder.replaceAll('/', '-')}`;
  process.env.MUTATION_TESTS = testsFor(folder);
  return new Stryker({
    mutate: [`${folder}/*.ts`],
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'scripts/mutation.vitest.mjs', related: false },
    coverageAnalysis: 'perTest',
    concurrency: Number(options.concurrency),
    timeoutMS: 20_000,
    ignorePatterns: [
      '/*',
      '!/src',
      '!/src/**',
      '!/dist',
      '!/dist/**',
      '!/test',
      '!/test/**',
      '!/scripts',
      '!/scripts/*',
      '!/package.json',
      '!/tsconfig.json',
    ],
    tempDirName: 'build/mutation/sandbox',
    // Named, so that no other is rewritten for the sandbox: this needs a compiler with an API.
    tsconfigFile: 'none',
    incremental: true,
    incrementalFile: `${kept}.json`,
    force: options.again,
    reporters: ['clear-text', 'progress-append-only', 'html'],
    htmlReporter: { fileName: `${kept}.html` },
    clearTextReporter: { logTests: false, reportTests: false, reportScoreTable: false },
  }).runMutationTest();
};

const noticed = ({ status }) => status === 'Killed' || status === 'Timeout';
const unnoticed = ({ status }) => status === 'Survived' || status === 'NoCoverage';

const rows = [];
for (const folder of folders) {
  const mutants = (await mutate(folder)).filter((mutant) => noticed(mutant) || unnoticed(mutant));
  if (mutants.length === 0) continue;
  const found = mutants.filter(noticed).length;
  const uncovered = mutants.filter(({ status }) => status === 'NoCoverage').length;
  rows.push({
    folder,
    mutants: mutants.length,
    noticed: found,
    'not reached': uncovered,
    '%': Math.round((1_000 * found) / mutants.length) / 10,
  });
  console.table(rows);
}

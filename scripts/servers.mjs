// Fetches the servers that tests run against into a cache outside the checkout: once, whole or not at all. Prints what is there and,
// where a server cannot be had, why; the tests skip its suites with the same words.
//   node scripts/servers.mjs [NAME...]
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../test/servers/', import.meta.url));
const versions = JSON.parse(readFileSync(join(sources, 'versions.json'), 'utf8'));
const cache = process.env.NEXUS_SCHEDULER_CACHE ?? join(homedir(), '.cache', 'nexus-scheduler');
const patienceMs = 10 * 60_000;

const run = (command, args, options = {}) => {
  const { error, status, stderr, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: patienceMs, ...options });
  if (error?.code === 'ENOENT') throw new Error(`${command} is not installed`);
  if (error) throw new Error(`${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${lastLine(stderr) || lastLine(stdout)}`);
};

const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';

/** A package from PyPI in a virtual environment of its own, run as `bin/python -m MODULE`. */
const fromPyPI = (name) => (directory, version) => {
  run('python3', ['-m', 'venv', directory]);
  run(join(directory, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', `${name}==${version}`]);
};

/** A program of the Go module in test/servers/NAME, whose go.sum fixes every version. */
const fromGo = (name, program) => (directory) => {
  const module = join(directory, 'module');
  cpSync(join(sources, name), module, { recursive: true });
  run('go', ['build', '-o', join(directory, name), program], { cwd: module });
};

/** A program of a published Go module, built here. */
const fromGoModule = (path) => (directory, version) => {
  run('go', ['install', `${path}@v${version}`], { env: { ...process.env, GOBIN: directory } });
};

/** A program of a Debian package, which has the version that it has. */
const fromDebian = (name, program) => (directory) => {
  run('apt-get', ['download', name], { cwd: directory });
  run('sh', ['-c', 'dpkg -x *.deb .'], { cwd: directory });
  cpSync(join(directory, program), join(directory, name));
};

/** A program that is installed already, in one of these places. */
const installed =
  (...places) =>
  (directory) => {
    const [program] = places.filter((place) => place !== undefined && existsSync(place));
    if (program === undefined) throw new Error(`it is not in ${places.filter(Boolean).join(', nor in ')}`);
    run(program, ['--version']);
    symlinkSync(program, join(directory, basename(program)));
  };

/** A program with all that it needs, installed for the whole machine by whoever may do that. */
const fromDebianInstalled = (name, place) => (directory) => {
  if (process.getuid?.() !== 0) throw new Error(`apt-get install ${name} needs root`);
  const install = () =>
    run('apt-get', ['install', '-y', '--no-install-recommends', name], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  try {
    install();
  } catch {
    run('apt-get', ['update']);
    install();
  }
  installed(place)(directory);
};

const firstOf =
  (...ways) =>
  (directory, version) => {
    const reasons = [];
    for (const way of ways) {
      try {
        return way(directory, version);
      } catch (error) {
        reasons.push(error.message);
      }
    }
    throw new Error(reasons.join('; '));
  };

const recipes = {
  secantusdb: fromPyPI('secantusdb'),
  ferretdb: fromGo('ferretdb', '.'),
  'nats-server': firstOf(fromGoModule('github.com/nats-io/nats-server/v2'), fromDebian('nats-server', 'usr/sbin/nats-server')),
  'nats-py': fromPyPI('nats-py'),
  chromium: firstOf(installed(process.env.CHROMIUM, '/usr/bin/chromium'), fromDebianInstalled('chromium', '/usr/bin/chromium')),
};

/** What it links to may have been removed since. */
const isWhole = (place) => existsSync(place) && readdirSync(place).every((entry) => existsSync(join(place, entry)));

const fetchServer = (name) => {
  const place = join(cache, `${name}-${versions[name]}`);
  const excuse = `${place}.missing`;
  if (isWhole(place)) return `ready in ${place}`;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const started = Date.now();
  const unfinished = mkdtempSync(`${place}.unfinished-`);
  try {
    recipes[name](unfinished, versions[name]);
    if (!existsSync(place)) renameSync(unfinished, place);
    rmSync(excuse, { force: true });
    return `fetched in ${Math.round((Date.now() - started) / 1000)} s to ${place}`;
  } catch (error) {
    writeFileSync(excuse, error.message);
    return `MISSING: ${error.message}`;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(recipes);
for (const name of wanted) console.log(`${name}: ${fetchServer(name)}`);

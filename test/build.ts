import { spawnSync } from 'node:child_process';

/** Worker threads and child processes run what is built: it must be what is tested. Type errors are reported by `npm run types`. */
export default (): void => {
  spawnSync('npx', ['tsc', '-p', 'tsconfig.build.json', '--noCheck'], { stdio: 'inherit' });
};

import { spawnSync } from 'node:child_process';

/** Worker threads, child processes and browsers run what is built: it must be what is tested. Type errors are reported by `npm run types`. */
export default (): void => {
  spawnSync('npx', ['tsc', '-p', 'tsconfig.build.json', '--noCheck'], { stdio: 'inherit' });
  spawnSync('npx', ['vite', 'build', '--config', 'src/adapters/console/vite.config.ts', '--logLevel', 'warn'], { stdio: 'inherit' });
};

import { it } from 'vitest';
import { simulate } from './simulate.js';
it('tries', async () => {
  const from = Number(process.env.FROM ?? 1), n = Number(process.env.N ?? 10);
  const t0 = performance.now(); let steps = 0, commits = 0, runs = 0; const by: Record<string, number[]> = {};
  for (let s = from; s < from + n; s++) {
    const o = await simulate(s, { keepStory: n === 1 });
    steps += o.figures.steps; commits += o.figures.commits; runs += o.figures.runs;
    if (n === 1) { const fs = await import('node:fs'); fs.writeFileSync('/tmp/sim-story.txt', o.story.join('\n')); }
    if (o.violations.length) { const k = o.violations[0].invariant + ' ' + o.violations[0].what.replace(/[a-d]\d+-\d+/g,'ID').replace(/\d+/g,'N').slice(0,110); (by[k] ??= []).push(s); }
    if (n === 1) console.log(o.violations.slice(0, 5), o.hash);
  }
  console.log({ ms: performance.now() - t0, steps, commits, runs });
  for (const [k, v] of Object.entries(by).sort((a, b) => b[1].length - a[1].length)) console.log(v.length, k, v.slice(0, 5).join());
}, 600000);

import { createRequire } from 'node:module';
import type { Bidi } from 'bidi-js';

// Its types say that it has a default export; what it has is the function itself.
const bidi: Bidi = createRequire(import.meta.url)('bidi-js')();
const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

export type DirectedRun = { readonly text: string; readonly rightToLeft: boolean };

/** Runs of one direction in the order in which they stand on paper, from left to right (UAX #9). Their text stays in the order it is read in. */
export const visualRuns = (text: string): readonly DirectedRun[] => {
  if (!rightToLeft.test(text)) return [{ text, rightToLeft: false }];
  const { levels } = bidi.getEmbeddingLevels(text, 'auto');
  const mirrored = bidi.getMirroredCharactersMap(text, levels);
  const runs: { level: number; text: string }[] = [];
  for (let i = 0; i < text.length; i++) {
    const level = levels[i] ?? 0;
    const character = mirrored.get(i) ?? text[i] ?? '';
    const last = runs.at(-1);
    if (last && last.level === level) last.text += character;
    else runs.push({ level, text: character });
  }
  const highest = Math.max(...runs.map((run) => run.level));
  for (let level = highest; level > 0; level--) {
    for (let from = 0; from < runs.length; from++) {
      if ((runs[from]?.level ?? 0) < level) continue;
      let to = from;
      while ((runs[to + 1]?.level ?? 0) >= level) to++;
      runs.splice(from, to - from + 1, ...runs.slice(from, to + 1).reverse());
      from = to;
    }
  }
  return runs.map((run) => ({ text: run.text, rightToLeft: run.level % 2 === 1 }));
};

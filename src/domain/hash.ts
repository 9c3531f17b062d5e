/** 32 bits of FNV-1a with a final avalanche: stable spread for jitter and `H`, never for security. */
export const hash32 = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** How high a node stands for a key in rendezvous hashing (Thaler and Ravishankar 1998): all find the same order, another one for each key. */
export const standing = (key: string | number, node: string): number => hash32(`${key} ${node}`);

/** The same hash as a fraction in [0, 1). */
export const hashFraction = (text: string): number => hash32(text) / 0x1_0000_0000;

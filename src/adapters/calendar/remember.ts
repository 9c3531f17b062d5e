/**
 * A pure function of a string, its answers kept for the `limit` (up to twice that) most recently asked keys. Two generations instead of a
 * linked list: a hit is one look-up, and memory stays bounded whatever is asked. A throw is not remembered.
 */
export const remember = <V extends object>(limit: number, compute: (key: string) => V): ((key: string) => V) => {
  let recent = new Map<string, V>();
  let earlier = new Map<string, V>();
  return (key) => {
    const hit = recent.get(key);
    if (hit !== undefined) return hit;
    const value = earlier.get(key) ?? compute(key);
    if (recent.size >= limit) {
      earlier = recent;
      recent = new Map();
    }
    recent.set(key, value);
    return value;
  };
};

/** Calls with `size` items at a time, `parallel` calls at once. */
export const inChunks = async (items, size, parallel, call) => {
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const from = next;
      next += size;
      await call(items.slice(from, from + size));
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
};

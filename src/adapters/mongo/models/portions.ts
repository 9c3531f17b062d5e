/** Documents of one command: it stays far below the 16 MiB that one may have, and slow servers are done with it in time. */
const mostDocuments = 100;
const mostCharacters = 2 * 1024 * 1024;

/** Cuts rows into what one command can take. `sizeOf` is the length of the text that makes up most of a row. */
export const portions = <T>(rows: readonly T[], sizeOf: (row: T) => number): readonly (readonly T[])[] => {
  const all: T[][] = [];
  let room = 0;
  for (const row of rows) {
    const size = sizeOf(row);
    const last = all.at(-1);
    if (last && last.length < mostDocuments && size <= room) last.push(row);
    else {
      all.push([row]);
      room = mostCharacters;
    }
    room -= size;
  }
  return all;
};

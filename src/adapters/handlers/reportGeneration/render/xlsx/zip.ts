import { crc32, createDeflateRaw } from 'node:zlib';

/** Sizes and offsets beyond 32 bits need another format; a spreadsheet never gets there. */
const most = 0xffff_ffff;
const usesDescriptor = 0x0008;
const isUtf8 = 0x0800;
const deflated = 8;
const version = 20;
/** 1 January 1980: the same content gives the same bytes. */
const date = 0x0021;

export type Entry = { readonly name: string; readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array> };

/** A ZIP archive (APPNOTE 6.3.10) as it is made: nothing of an entry is held but what the compressor holds. */
export async function* zip(entries: AsyncIterable<Entry> | Iterable<Entry>): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = [];
  let offset = 0;
  for await (const { name, content } of entries) {
    const at = offset;
    const path = Buffer.from(name);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    writeCommon(head, 4);
    head.writeUInt16LE(path.length, 26);
    yield Buffer.concat([head, path]);
    offset += head.length + path.length;

    let [checksum, plain, compressed] = [0, 0, 0];
    const measured = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of content) {
        checksum = crc32(chunk, checksum);
        plain += chunk.byteLength;
        yield chunk;
      }
    };
    const deflate = createDeflateRaw({ level: 6 });
    const feeding = feed(measured(), deflate);
    for await (const chunk of deflate) {
      compressed += chunk.length;
      yield chunk;
    }
    await feeding;
    offset += compressed;
    if (plain > most || offset > most) throw new RangeError('the report is too large for a spreadsheet; choose csv');

    const sums = Buffer.alloc(16);
    sums.writeUInt32LE(0x08074b50, 0);
    writeSums(sums, 4, checksum, compressed, plain);
    yield sums;
    offset += sums.length;

    const record = Buffer.alloc(46);
    record.writeUInt32LE(0x02014b50, 0);
    record.writeUInt16LE(version, 4);
    writeCommon(record, 6);
    writeSums(record, 16, checksum, compressed, plain);
    record.writeUInt16LE(path.length, 28);
    record.writeUInt32LE(at, 42);
    directory.push(record, path);
  }
  const listing = Buffer.concat(directory);
  const count = directory.length / 2;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  yield Buffer.concat([listing, end]);
}

const writeCommon = (into: Buffer, at: number): void => {
  into.writeUInt16LE(version, at);
  into.writeUInt16LE(usesDescriptor | isUtf8, at + 2);
  into.writeUInt16LE(deflated, at + 4);
  into.writeUInt16LE(date, at + 8);
};

const writeSums = (into: Buffer, at: number, checksum: number, compressed: number, plain: number): void => {
  into.writeUInt32LE(checksum, at);
  into.writeUInt32LE(compressed, at + 4);
  into.writeUInt32LE(plain, at + 8);
};

const feed = async (content: AsyncIterable<Uint8Array>, deflate: ReturnType<typeof createDeflateRaw>): Promise<void> => {
  try {
    for await (const chunk of content)
      await new Promise<void>((resolve, reject) => deflate.write(chunk, (error) => (error ? reject(error) : resolve())));
    deflate.end();
  } catch (error) {
    deflate.destroy(error instanceof Error ? error : new Error(String(error)));
  }
};

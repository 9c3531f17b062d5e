import { createHash } from 'node:crypto';
import { ArtifactDamaged } from '../../application/ports/artifacts.js';

/** Counts and hashes what passes. */
export class Meter {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  pass(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.byteLength;
  }

  /** Once, at the end. */
  sum(): { readonly bytes: number; readonly sha256: string } {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

/** The same content; throws `ArtifactDamaged` at its end where it is not what it should be. */
export async function* verified(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { artifactId, bytes, sha256 }: { readonly artifactId: string; readonly bytes: number; readonly sha256: string },
): AsyncGenerator<Uint8Array> {
  const meter = new Meter();
  for await (const chunk of content) {
    meter.pass(chunk);
    yield chunk;
  }
  const sum = meter.sum();
  if (sum.bytes !== bytes || sum.sha256 !== sha256) throw new ArtifactDamaged(artifactId);
}

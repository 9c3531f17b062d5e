import { z } from 'zod';
import type { Artifact } from '../../../application/ports/artifacts.js';
import { type Instant, instant } from '../../../domain/instant.js';
import type { JsonObject } from '../../../domain/json.js';

const note = z.object({
  artifactId: z.string(),
  organization: z.string(),
  jobName: z.string(),
  executionId: z.string(),
  name: z.string(),
  mediaType: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  createdAt: z.iso.datetime().transform((text): Instant => instant(Date.parse(text))),
  details: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)).optional(),
});

/** What lies beside a file, for people too. */
export const writeNote = (artifact: Artifact): string =>
  `${JSON.stringify({ ...artifact, createdAt: new Date(artifact.createdAt).toISOString() }, null, 2)}\n`;

/** Null for what is no note: a file that somebody else has put there. */
export const readNote = (text: string): Artifact | null => {
  try {
    const { details, ...artifact } = note.parse(JSON.parse(text));
    return { ...artifact, ...(details && { details }) };
  } catch {
    return null;
  }
};

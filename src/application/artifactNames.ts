import { namePattern } from '../domain/name.js';
import type { Artifact, ArtifactOwner } from './ports/artifacts.js';

/** UTF-8 bytes; file systems take 255, and stores put something around it. */
const maxBytes = 180;
/** Controls, what changes the direction or is invisible, and what file systems or shells give a meaning to. */
const refused = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\/<>:"|?*]/u;
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const mediaTypePattern = /^[a-z0-9][a-z0-9.+-]{0,60}\/[a-z0-9][a-z0-9.+-]{0,100}(; ?charset=[a-z0-9-]{1,20})?$/i;

/** What is wrong with the name of an artifact, as the end of a sentence; null where nothing is. */
export const artifactNameFault = (name: unknown): string | null => {
  if (typeof name !== 'string' || name === '') return 'must be a file name such as report.pdf';
  if (new TextEncoder().encode(name).length > maxBytes) return `must have at most ${maxBytes} bytes`;
  if (refused.test(name)) return 'must be a plain file name: no path, no control characters, none of \\ / < > : " | ? *';
  if (/^[.\- ]|[. ]$/.test(name)) return 'must not begin with a dot, a dash or a space, nor end with a dot or a space';
  if (device.test(name)) return 'must not be the name of a device';
  if (name !== name.normalize('NFC')) return 'must be in Unicode normal form C';
  return null;
};

export const mediaTypeFault = (mediaType: unknown): string | null =>
  typeof mediaType === 'string' && mediaTypePattern.test(mediaType) ? null : 'must be a media type such as application/pdf';

export const artifactIdOf = ({ jobName, executionId }: Omit<ArtifactOwner, 'organization'>, name: string): string =>
  `${jobName}/${executionId}/${name}`;

/** The parts of an id; null for a text that is none, whatever it tries. */
export const parseArtifactId = (artifactId: unknown): Pick<Artifact, 'jobName' | 'executionId' | 'name'> | null => {
  if (typeof artifactId !== 'string') return null;
  const [jobName = '', executionId = '', name = '', ...rest] = artifactId.split('/');
  if (rest.length > 0 || !namePattern.test(jobName) || !namePattern.test(executionId) || artifactNameFault(name) !== null) return null;
  return { jobName, executionId, name };
};

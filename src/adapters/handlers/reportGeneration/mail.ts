import type { HandlerContext } from '../../../application/api/types.js';
import type { Artifact, ArtifactStore } from '../../../application/ports/artifacts.js';
import { deliver } from '../mailing/deliver.js';
import type { Services } from '../services.js';

/** Mail servers refuse what is much larger; base64 adds a third. */
const maxAttachedBytes = 15_000_000;

export type Mailed = {
  /** Null where an earlier attempt had reached everyone. */
  readonly messageId: string | null;
  readonly accepted: readonly string[];
  readonly refused: readonly { readonly address: string; readonly reason: string }[];
  readonly attached: boolean;
};

type Told = {
  readonly to: readonly string[];
  readonly title: string;
  readonly scope: string;
  readonly rows: number;
  readonly totals: { readonly [figure: string]: number | null };
};

/** Every attempt of an execution sends the same mail: its key, and so its Message-ID, is that of the execution. */
export const mailReport = async (services: Services, context: HandlerContext, artifact: Artifact, told: Told): Promise<Mailed> => {
  const attached = artifact.bytes <= maxAttachedBytes;
  const { name, mediaType } = artifact;
  const { messageId, accepted, refused } = await deliver(services, context, { to: told.to }, async () => ({
    subject: `${told.title} – ${artifact.organization}`,
    text: textOf(artifact, told, attached),
    attachments: attached ? [{ name, mediaType, content: await contentOf(await services.artifacts(), artifact) }] : [],
    key: `report:${artifact.organization}:${context.executionId}`,
  }));
  return { messageId, accepted, refused: refused.map(({ address, reason }) => ({ address, reason })), attached };
};

const contentOf = async (artifacts: ArtifactStore, { organization, artifactId }: Artifact): Promise<AsyncIterable<Uint8Array>> => {
  const opened = await artifacts.open(organization, artifactId);
  if (!opened) throw new Error(`the report ${artifactId} was removed before it could be mailed`);
  return opened.content;
};

const textOf = (
  { artifactId, name, bytes, sha256, organization }: Artifact,
  { title, scope, rows, totals }: Told,
  attached: boolean,
): string =>
  [
    `${title}`,
    `${organization}. ${scope}.`,
    '',
    ...Object.entries(totals).map(([label, value]) => `${label}: ${value === null ? '–' : Math.round(value * 100) / 100}`),
    `Rows: ${rows}`,
    '',
    attached ? `Attached: ${name}` : `${name} has ${bytes} bytes and is too large for a mail. It is kept as ${artifactId}.`,
    `SHA-256: ${sha256}`,
    '',
  ].join('\n');

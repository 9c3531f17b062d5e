import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import type { Artifact, ArtifactStore } from '../../../application/ports/artifacts.js';
import { MailFailed } from '../../../application/ports/mailer.js';
import type { Services } from '../services.js';

/** Mail servers refuse what is much larger; base64 adds a third. */
const maxAttachedBytes = 15_000_000;

export type Mailed = {
  readonly messageId: string;
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

type Way = { readonly services: Services; readonly artifacts: ArtifactStore; readonly context: HandlerContext };

/** Every attempt of an execution sends the same mail: its key, and so its Message-ID, is that of the execution. */
export const mailReport = async ({ services, artifacts, context }: Way, artifact: Artifact, told: Told): Promise<Mailed> => {
  const attached = artifact.bytes <= maxAttachedBytes;
  const opened = attached ? await artifacts.open(artifact.organization, artifact.artifactId) : null;
  if (attached && !opened) throw new Error(`the report ${artifact.artifactId} was removed before it could be mailed`);
  try {
    const mailer = await services.mailer();
    const { name, mediaType } = artifact;
    const { messageId, accepted, refused } = await mailer.send(
      {
        to: told.to,
        subject: `${told.title} – ${artifact.organization}`,
        text: textOf(artifact, told, attached),
        ...(opened && { attachments: [{ name, mediaType, content: opened.content }] }),
        key: `report:${artifact.organization}:${context.executionId}`,
      },
      context.signal,
    );
    for (const { address, reason } of refused) context.log.warn(`${address} was refused: ${reason}`);
    return { messageId, accepted, refused: refused.map(({ address, reason }) => ({ address, reason })), attached };
  } catch (error) {
    if (error instanceof MailFailed && error.permanent) throw new NonRetryableError(error.message, { cause: error });
    throw error;
  }
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

import type { HandlerContext } from '../../../application/api/types.js';
import type { ArtifactStore } from '../../../application/ports/artifacts.js';
import type { RefusedRecipient } from '../../../application/ports/mailer.js';

const fileName = 'delivery.json';
const longestBytes = 200_000;

/** What became of a mail so far, by bare address. */
export type Outcome = { readonly accepted: readonly string[]; readonly refused: readonly RefusedRecipient[] };

export const nobodyYet: Outcome = { accepted: [], refused: [] };

/** Who needs no further attempt: they have it, or will never get it. */
export const settled = ({ accepted, refused }: Outcome): readonly string[] => [
  ...accepted,
  ...refused.filter(({ permanent }) => permanent).map(({ address }) => address),
];

/** The newest word about each address counts; one who has it has it. */
export const merged = (earlier: Outcome, latest: Outcome): Outcome => {
  const accepted = [...new Set([...earlier.accepted, ...latest.accepted])];
  const byAddress = new Map([...earlier.refused, ...latest.refused].map((refusal) => [refusal.address, refusal]));
  return { accepted, refused: [...byAddress.values()].filter(({ address }) => !accepted.includes(address)) };
};

/** Kept as a file of the execution, where people can read it too. */
export const keepOutcome = async (
  artifacts: ArtifactStore,
  { organization, jobName, executionId }: HandlerContext,
  outcome: Outcome,
): Promise<void> => {
  const draft = await artifacts.create({ organization, jobName, executionId }, fileName, 'application/json');
  try {
    await draft.write(new TextEncoder().encode(`${JSON.stringify(outcome, null, 2)}\n`));
    await draft.commit();
  } catch (error) {
    await draft.discard();
    throw error;
  }
};

export const recallOutcome = async (artifacts: ArtifactStore, { organization, jobName, executionId }: HandlerContext): Promise<Outcome> => {
  const kept = (await artifacts.list({ organization, jobName, executionId })).find(({ name }) => name === fileName);
  const opened = kept && kept.bytes <= longestBytes ? await artifacts.open(organization, kept.artifactId) : null;
  if (!opened) return nobodyYet;
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.content) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Outcome;
};

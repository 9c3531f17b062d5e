import type { HandlerContext } from '../../../application/api/types.js';
import type { Instant } from '../../../domain/instant.js';
import type { Services } from '../services.js';
import type { LowItem } from './lowItems.js';
import type { Parameters } from './schema.js';

/** When each item was last part of an alert: what is low and known since the run before. */
type Alerted = ReadonlyMap<string, Instant>;

export type Change = {
  /** Whether there is something to tell. */
  readonly alert: boolean;
  readonly newlyLow: readonly LowItem[];
  readonly recovered: readonly string[];
};

const ownerOf = ({ organization, jobName, jobId }: HandlerContext) => ({ organization, jobName, jobId });

export const recallAlerted = async ({ memory }: Services, context: HandlerContext): Promise<Alerted> => {
  const { alerted = [] } = Object(await (await memory()).recall(ownerOf(context)));
  return new Map(alerted);
};

export const changeOf = (low: readonly LowItem[], alerted: Alerted, now: Instant, { cooldown, always }: Parameters): Change => {
  const skus = new Set(low.map(({ sku }) => sku));
  const newlyLow = low.filter(({ sku }) => !alerted.has(sku));
  const isOverdue = ({ sku }: LowItem): boolean => cooldown !== undefined && now - (alerted.get(sku) ?? now) >= cooldown;
  return {
    alert: newlyLow.length > 0 || (always && low.length > 0) || low.some(isOverdue),
    newlyLow,
    recovered: [...alerted.keys()].filter((sku) => !skus.has(sku)),
  };
};

export const rememberAlerted = async (
  { memory }: Services,
  context: HandlerContext,
  low: readonly LowItem[],
  before: Alerted,
  alertedNow: Instant | null,
): Promise<void> => {
  const alerted = low.flatMap(({ sku }) => {
    const at = alertedNow ?? before.get(sku);
    return at === undefined ? [] : [[sku, at]];
  });
  await (await memory()).remember(ownerOf(context), { alerted });
};

import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import type { Artifact } from '../../../application/ports/artifacts.js';
import type { MailAttachment } from '../../../application/ports/mailer.js';
import { type Delivered, deliver } from '../mailing/deliver.js';
import type { Services } from '../services.js';
import { type Change, changeOf, recallAlerted, rememberAlerted } from './alerts.js';
import { byLocation, costOf, type LowItem, lowItem } from './lowItems.js';
import { mailTexts } from './mailText.js';
import { keepOrderList } from './orderList.js';
import type { Parameters } from './schema.js';
import { watchedProducts } from './watched.js';

const mostListed = 200;
const mostLogged = 50;

/** Looks at the products, tells what has become low, and remembers what was told. */
export const alertLowStock = async (services: Services, parameters: Parameters, context: HandlerContext) => {
  const { low, checked, withoutLimit, unknown } = await look(services, parameters, context);
  const now = services.clock.now();
  const before = await recallAlerted(services, context);
  const change = changeOf(low, before, now, parameters);
  const list = low.length > 0 ? await keepOrderList(services, context, low, new Set(change.newlyLow.map(({ sku }) => sku))) : null;
  const delivery = change.alert ? await tell(services, parameters, context, low, change, list) : null;
  // Only now: whoever has not been told is told by the next attempt.
  await rememberAlerted(services, context, low, before, change.alert ? now : null);
  return {
    message: summaryOf(checked, low, change, delivery),
    alert: change.alert,
    checked,
    low: low.length,
    newlyLow: change.newlyLow.slice(0, mostListed).map(({ sku }) => sku),
    recovered: change.recovered.slice(0, mostListed),
    items: low.slice(0, mostListed).map(({ category: _, ...item }) => item),
    locations: byLocation(low)
      .slice(0, mostListed)
      .map(([location, items]) => ({ location, low: items.length, orderCost: costOf(items) })),
    orderCost: costOf(low),
    ...(withoutLimit > 0 && { withoutReorderPoint: withoutLimit }),
    ...(unknown.length > 0 && { unknown: unknown.slice(0, mostListed) }),
    ...(delivery && { notified: delivery.accepted, ...(delivery.refused.length > 0 && { refused: delivery.refused }) }),
    ...(list && { report: list.artifactId }),
  };
};

const summaryOf = (checked: number, low: readonly LowItem[], { alert, newlyLow }: Change, delivery: Delivered | null): string => {
  if (low.length === 0) return `none of ${checked} products is low`;
  const since = newlyLow.length === 0 ? 'none of them new' : newlyLow.length === low.length ? 'all new' : `${newlyLow.length} new`;
  const told = delivery ? `, mailed to ${delivery.accepted.length}` : alert ? '' : ', nothing to tell';
  return `${low.length} of ${checked} products low (${since}), to order for ${costOf(low).toLocaleString('en')}${told}`;
};

const look = async (services: Services, { products: asked, threshold }: Parameters, { organization, signal, log }: HandlerContext) => {
  const { products, unknown } = await watchedProducts(await services.inventory(), organization, asked);
  const low: LowItem[] = [];
  let checked = 0;
  let withoutLimit = 0;
  for await (const product of products) {
    signal.throwIfAborted();
    checked++;
    if (threshold === undefined && product.reorderPoint === null) withoutLimit++;
    const item = lowItem(product, threshold);
    if (item) low.push(item);
  }
  // An alert that watches nothing would be silent for ever.
  if (checked === 0 && asked === undefined)
    throw new Error(`the inventory of ${organization} has no products; an inventory_sync job can fill it`);
  if (checked === 0) throw new NonRetryableError('none of the products of parameters.products is in the inventory');
  if (unknown.size > 0) log.warn(`not in the inventory: ${[...unknown].slice(0, 20).join(', ')}`);
  return { low, checked, withoutLimit, unknown: [...unknown] };
};

const tell = async (
  services: Services,
  { notify }: Parameters,
  context: HandlerContext,
  low: readonly LowItem[],
  change: Change,
  list: Artifact | null,
): Promise<Delivered | null> => {
  for (const { sku, name, quantity, limit, order } of change.newlyLow.slice(0, mostLogged))
    context.log.warn(`${sku} (${name}): ${quantity} left, limit ${limit}, order ${order}`);
  if (!notify) return null;
  const attached = async (): Promise<readonly MailAttachment[]> => {
    const opened = list && (await (await services.artifacts()).open(list.organization, list.artifactId));
    return opened ? [{ name: opened.artifact.name, mediaType: opened.artifact.mediaType, content: opened.content }] : [];
  };
  const texts = mailTexts(context.jobName, low, change);
  return deliver(services, context, { to: notify }, async () => ({ ...texts, attachments: await attached(), key: context.executionId }));
};

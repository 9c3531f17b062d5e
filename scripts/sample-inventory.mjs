// Writes a sample inventory, for trying things out: products.csv and movements.csv in the directory DATA_DIR/files/sample, unless they
// are there already. The same seed and day always make the same files.
//
//   node scripts/sample-inventory.mjs [--out DIRECTORY] [--seed NUMBER] [--until YYYY-MM-DD] [--force]
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: path.join(process.env.DATA_DIR ?? './data', 'files', 'sample') },
    seed: { type: 'string', default: '7' },
    until: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    force: { type: 'boolean', default: false },
  },
});

const days = 180;
const dayMs = 86_400_000;

/** What a supplier of workshops has: sizes make the products, `cost` grows with them. `weekly` is how much is sold. */
const ranges = [
  { category: 'Fasteners', code: 'FAS', zone: 'A', weekly: 90, lead: 7, items: fasteners() },
  { category: 'Hand tools', code: 'HND', zone: 'B', weekly: 6, lead: 14, items: handTools() },
  { category: 'Power tools', code: 'PWR', zone: 'B', weekly: 2, lead: 21, items: powerTools() },
  { category: 'Abrasives', code: 'ABR', zone: 'A', weekly: 30, lead: 10, items: abrasives() },
  { category: 'Electrical', code: 'ELE', zone: 'C', weekly: 25, lead: 12, items: electrical() },
  { category: 'Plumbing', code: 'PLU', zone: 'C', weekly: 14, lead: 12, items: plumbing() },
  { category: 'Chemicals', code: 'CHE', zone: 'D', weekly: 12, lead: 9, items: chemicals() },
  { category: 'Safety', code: 'SAF', zone: 'D', weekly: 20, lead: 10, items: safety() },
];
const sites = ['Hamburg', 'Rotterdam', 'Lyon'];

function fasteners() {
  const kinds = [
    ['Hex bolt DIN 933', 0.06],
    ['Socket screw DIN 912', 0.08],
    ['Carriage bolt DIN 603', 0.09],
    ['Threaded rod DIN 976', 0.4],
  ];
  const surfaces = [
    ['zinc-plated', 1],
    ['stainless A2', 2.6],
  ];
  const bolts = kinds.flatMap(([kind, cost]) =>
    surfaces.flatMap(([surface, factor]) =>
      [5, 6, 8, 10, 12].flatMap((size) =>
        [20, 40, 60].map((length) => [`${kind} M${size} x ${length}, ${surface}`, cost * factor * (size / 5) * (1 + length / 60)]),
      ),
    ),
  );
  const nuts = ['Hex nut DIN 934', 'Lock nut DIN 985', 'Washer DIN 125', 'Spring washer DIN 127'].flatMap((kind) =>
    surfaces.flatMap(([surface, factor]) => [4, 5, 6, 8, 10, 12, 16].map((size) => [`${kind} M${size}, ${surface}`, 0.01 * size * factor])),
  );
  const screws = [3, 3.5, 4, 5, 6].flatMap((size) =>
    [25, 40, 60, 80].map((length) => [`Wood screw ${size} x ${length} mm, Torx`, 0.012 * size * (length / 25)]),
  );
  return [...bolts, ...nuts, ...screws];
}

function handTools() {
  const sized = [
    ['Combination spanner', [8, 10, 13, 17, 19, 22, 24], 'mm', 3.2, 0.35],
    ['Torx screwdriver T', [10, 15, 20, 25, 30, 40], '', 4.1, 0.08],
    ['Wood chisel', [6, 10, 12, 16, 20, 26], 'mm', 8.4, 0.22],
    ['Locking pliers', [150, 180, 250], 'mm', 9.9, 0.04],
    ['Claw hammer', [300, 500, 600], 'g', 11.5, 0.012],
    ['Bar clamp', [200, 300, 400, 600, 800, 1000], 'mm', 7.2, 0.012],
    ['Tape measure', [3, 5, 8, 10], 'm', 3.4, 0.9],
    ['Spirit level', [400, 600, 800, 1200], 'mm', 12.1, 0.018],
  ];
  const singles = [
    'Utility knife',
    'Hacksaw frame 300 mm',
    'Side cutters 160 mm',
    'Pipe wrench 1 1/2"',
    'Caulking gun',
    'Riveter',
    'Staple gun',
    'Plane no. 4',
  ];
  return [
    ...sized.flatMap(([kind, sizes, unit, base, step]) =>
      sizes.map((size) => [`${kind} ${size}${unit === '' ? '' : ` ${unit}`}`, base + size * step]),
    ),
    ...singles.map((name, index) => [name, 8 + index * 3.7]),
  ];
}

function powerTools() {
  const kinds = [
    ['Cordless drill 18 V', 89],
    ['Impact driver 18 V', 104],
    ['Angle grinder 125 mm', 72],
    ['Jigsaw 650 W', 84],
    ['Random orbit sander 150 mm', 118],
    ['Circular saw 190 mm', 139],
    ['Rotary hammer SDS-plus', 176],
    ['Heat gun 2000 W', 49],
  ];
  const trims = [
    ['', 1],
    [', set in case', 1.45],
    [', bare tool', 0.7],
  ];
  const batteries = [2, 4, 5, 8].map((ah) => [`Battery 18 V, ${ah} Ah`, 28 + 11 * ah]);
  return [
    ...kinds.flatMap(([kind, cost]) => trims.map(([trim, factor]) => [`${kind}${trim}`, cost * factor])),
    ...batteries,
    ['Fast charger 18 V', 44],
  ];
}

function abrasives() {
  const grits = [40, 60, 80, 120, 180, 240, 320, 400];
  const kinds = [
    ['Sanding disc 125 mm', 0.22],
    ['Sanding disc 150 mm', 0.28],
    ['Sanding belt 75 x 533 mm', 1.1],
    ['Sandpaper roll 115 mm x 5 m', 4.6],
    ['Hand pad, foam', 1.4],
  ];
  const wheels = [
    'Cutting wheel 115 mm',
    'Cutting wheel 125 mm',
    'Cutting wheel 230 mm',
    'Grinding wheel 125 mm',
    'Flap disc 125 mm, P60',
    'Flap disc 125 mm, P80',
    'Wire cup brush 75 mm',
  ];
  return [
    ...kinds.flatMap(([kind, cost]) => grits.map((grit) => [`${kind}, P${grit}`, cost])),
    ...wheels.map((name, index) => [name, 1.1 + index * 0.85]),
  ];
}

function electrical() {
  const cables = [1.5, 2.5, 4, 6, 10].flatMap((area) =>
    [3, 5].map((cores) => [`Cable NYM-J ${cores} x ${area} mm², 50 m`, 18 + area * cores * 3.1]),
  );
  const breakers = ['B', 'C'].flatMap((curve) =>
    [6, 10, 16, 20, 25, 32].map((amps) => [`Circuit breaker ${curve}${amps}, 1-pole`, 2.4 + amps * 0.05]),
  );
  const lugs = [1.5, 2.5, 4, 6, 10, 16].flatMap((area) => [
    [`Ferrule ${area} mm², 100 pieces`, 1.9 + area * 0.2],
    [`Ring terminal ${area} mm² M6, 25 pieces`, 2.7 + area * 0.3],
  ]);
  const lights = [9, 13, 18, 24, 36].map((watts) => [`LED panel ${watts} W, 4000 K`, 6 + watts * 0.45]);
  const rest = [
    'Socket outlet, white',
    'Double socket, white',
    'Light switch, white',
    'Residual current device 40 A',
    'Junction box 85 x 85 mm',
    'Conduit 20 mm, 3 m',
    'Cable ties 200 mm, 100 pieces',
    'Insulating tape, black',
    'Terminal block 2.5 mm²',
    'Extension lead 10 m',
  ];
  return [...cables, ...breakers, ...lugs, ...lights, ...rest.map((name, index) => [name, 1.6 + index * 1.3])];
}

function plumbing() {
  const bores = [15, 18, 22, 28];
  const kinds = [
    ['Copper pipe', 9.4],
    ['Press elbow 90°', 2.1],
    ['Press tee', 3.2],
    ['Press coupling', 1.6],
    ['Ball valve', 6.8],
    ['Pipe clamp', 0.7],
    ['Compression fitting', 2.9],
    ['Pipe insulation 1 m', 1.2],
  ];
  const waste = [40, 50, 75, 110].flatMap((bore) =>
    ['Waste pipe HT 1 m', 'Waste bend HT 45°', 'Waste branch HT 45°'].map((kind, index) => [
      `${kind}, DN ${bore}`,
      1.2 + bore * 0.03 + index * 0.5,
    ]),
  );
  const rest = [
    'Basin mixer, chrome',
    'Siphon, chrome',
    'Cistern fill valve',
    'Flush valve',
    'PTFE tape',
    'Circulation pump 25-60',
    'Expansion vessel 18 l',
    'Radiator valve 1/2"',
    'Thermostat head',
    'Garden tap 1/2"',
  ];
  return [
    ...kinds.flatMap(([kind, cost]) => bores.map((bore) => [`${kind} ${bore} mm`, cost * (bore / 15)])),
    ...waste,
    ...rest.map((name, index) => [name, 2.5 + index * 6.4]),
  ];
}

function chemicals() {
  const packs = [
    ['wood glue D3', [0.25, 0.75, 5], 'kg', 8],
    ['epoxy adhesive', [0.05, 0.4, 1], 'kg', 26],
    ['acrylic sealant, white', [0.31, 0.6], 'l', 7],
    ['silicone, transparent', [0.31, 0.6], 'l', 13],
    ['contact cement', [0.6, 4.5], 'kg', 11],
    ['cutting oil', [0.5, 5, 20], 'l', 9],
    ['machine grease', [0.4, 1, 5], 'kg', 12],
    ['brake cleaner', [0.5, 5], 'l', 5.5],
    ['white spirit', [1, 5], 'l', 3.8],
    ['primer, grey', [0.75, 2.5, 10], 'l', 12],
    ['wall paint, white', [2.5, 5, 12.5], 'l', 4.6],
    ['wood oil', [0.75, 2.5], 'l', 18],
    ['rust converter', [0.25, 1], 'l', 21],
    ['thread lock, medium', [0.01, 0.05], 'l', 380],
  ];
  return packs.flatMap(([kind, sizes, unit, price]) =>
    sizes.map((size) => [`${kind[0].toUpperCase()}${kind.slice(1)}, ${size} ${unit}`, price * size + 0.9]),
  );
}

function safety() {
  const gloves = ['Assembly gloves, nitrile', 'Cut-resistant gloves, level D', 'Welding gloves, leather', 'Chemical gloves, butyl'].flatMap(
    (kind, index) => [7, 8, 9, 10, 11].map((size) => [`${kind}, size ${size}`, 2.1 + index * 5.2]),
  );
  const shoes = ['Safety shoe S3', 'Safety boot S3'].flatMap((kind, index) =>
    [39, 40, 41, 42, 43, 44, 45, 46].map((size) => [`${kind}, size ${size}`, 48 + index * 16]),
  );
  const clothes = ['High-visibility vest', 'Work trousers', 'Rain jacket'].flatMap((kind, index) =>
    ['S', 'M', 'L', 'XL', 'XXL'].map((size) => [`${kind}, ${size}`, 5.5 + index * 19]),
  );
  const rest = [
    'Safety glasses, clear',
    'Ear plugs, 200 pairs',
    'Ear defenders',
    'Dust mask FFP2, 20 pieces',
    'Respirator half mask',
    'Filter A2P3, pair',
    'Hard hat, white',
    'Fall arrest harness',
    'First aid kit DIN 13157',
    'Eye wash bottle 0.5 l',
    'Fire extinguisher 6 kg',
    'Welding helmet, auto',
  ];
  return [...gloves, ...shoes, ...clothes, ...rest.map((name, index) => [name, 2.2 + index * 5.9])];
}

/** A generator of numbers from 0 to 1 (mulberry32): small, and the same everywhere. */
const randomFrom = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

const end = Date.parse(`${options.until}T00:00:00Z`);
if (!Number.isSafeInteger(Number(options.seed)) || Number.isNaN(end)) {
  console.error('--seed must be a whole number, and --until a day such as 2026-03-01');
  process.exit(2);
}
const random = randomFrom(Number(options.seed));
const between = (least, most) => least + Math.floor(random() * (most - least + 1));

/** Half a year of one product: sold on some days, ordered when it is low, delivered some time later, counted now and then. */
const lifeOf = (product, weekly, lead) => {
  const { sku, location, reorderPoint } = product;
  const lot = Math.max(5, Math.ceil(weekly * between(4, 8)));
  const neglected = random() < 0.12;
  const movements = [];
  let quantity = reorderPoint + between(0, lot);
  let due = null;
  const move = (day, hour, change, reason) => {
    quantity += change;
    const at = new Date(end - (days - day) * dayMs + hour * 3_600_000 + between(0, 59) * 60_000);
    movements.push({
      id: `${sku}-${String(movements.length + 1).padStart(4, '0')}`,
      sku,
      at,
      change,
      quantityAfter: quantity,
      reason,
      location,
    });
  };
  for (let day = 0; day < days; day++) {
    if (day === due) {
      move(day, 7, lot, 'delivery');
      due = null;
    }
    const weekday = new Date(end - (days - day) * dayMs).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    if (random() < 0.22) {
      const wanted = Math.max(1, Math.round((weekly / 1.1) * (0.3 + 1.4 * random())));
      const sold = Math.min(quantity, wanted);
      if (sold > 0) move(day, between(8, 16), -sold, 'sale');
    }
    if (random() < 0.004) move(day, 17, quantity > 3 ? -between(1, 2) : 1, 'stock count');
    // What nobody looks after in the last weeks is what an alert is for.
    if (due === null && quantity <= 1.5 * reorderPoint && !(neglected && day > days - 24)) due = day + between(3, lead);
  }
  return { quantity, movements, updatedAt: movements.at(-1)?.at ?? new Date(end - days * dayMs) };
};

const products = [];
const movements = [];
for (const { category, code, zone, weekly: usual, lead, items } of ranges)
  items.forEach(([name, cost], index) => {
    const weekly = Math.max(0.5, usual * (0.25 + 1.5 * random() ** 2));
    const sku = `${code}-${String(1_001 + index)}`;
    const location = `${sites[between(0, 2)]} ${zone}`;
    const unitCost = Math.max(0.01, Math.round(cost * (0.94 + 0.12 * random()) * 100) / 100);
    const reorderPoint = Math.ceil((weekly * lead) / 7 + weekly * 0.6);
    const critical =
      (category === 'Safety' && index >= items.length - 12) ||
      (category === 'Power tools' && index % 4 === 0) ||
      (category === 'Electrical' && name.startsWith('Residual'));
    const life = lifeOf({ sku, location, reorderPoint }, weekly, lead);
    movements.push(...life.movements);
    products.push({
      sku,
      name,
      quantity: life.quantity,
      reorderPoint,
      category,
      location,
      unitCost,
      updatedAt: life.updatedAt,
      lists: critical ? 'critical_items' : '',
    });
  });
movements.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));

const cell = (value) => {
  const text = value instanceof Date ? value.toISOString() : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const csvOf = (rows) => [Object.keys(rows[0]), ...rows.map((row) => Object.values(row))].map((row) => row.map(cell).join(',')).join('\n');

/** Whole, or not there: somebody may read it at the same time. */
const write = (name, rows) => {
  const file = path.join(options.out, name);
  if (existsSync(file) && !options.force) return console.log(`${file} is there already`);
  mkdirSync(options.out, { recursive: true });
  writeFileSync(`${file}.tmp`, `${csvOf(rows)}\n`);
  renameSync(`${file}.tmp`, file);
  console.log(`${file}: ${rows.length} rows`);
};

write('products.csv', products);
write('movements.csv', movements);

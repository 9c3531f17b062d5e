import type { Status } from '../../parts/status.js';

type Box = { readonly status: Status; readonly x: number; readonly y: number };

const boxes: readonly Box[] = [
  { status: 'scheduled', x: 8, y: 12 },
  { status: 'queued', x: 148, y: 12 },
  { status: 'running', x: 288, y: 12 },
  { status: 'paused', x: 8, y: 76 },
  { status: 'cancelled', x: 148, y: 76 },
  { status: 'retrying', x: 288, y: 76 },
  { status: 'completed', x: 148, y: 140 },
  { status: 'failed', x: 288, y: 140 },
];

const arrows = [
  'M104 26h40',
  'M244 26h40',
  'M288 18C240 -4 150 -4 100 14',
  'M46 44v28',
  'M66 72V44',
  'M86 42l64 34',
  'M326 44v28',
  'M346 72V44',
  'M300 42C262 70 262 110 230 138',
  'M372 44C392 70 392 110 366 138',
];

/** Where the job stands among the eight states that a job can be in. */
export const StateDiagram = ({ status }: { readonly status: Status }) => (
  <svg class="states" viewBox="0 0 400 176" role="img" aria-label={`State: ${status}`}>
    <defs>
      <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto-start-reverse">
        <path d="M1 1l6 3-6 3" />
      </marker>
    </defs>
    {arrows.map((path) => (
      <path key={path} d={path} class="arrow" marker-end="url(#tip)" />
    ))}
    {boxes.map(({ status: name, x, y }) => (
      <g key={name} class={name === status ? `here ${name}` : undefined}>
        <rect x={x} y={y} width="96" height="28" rx="8" />
        <text x={x + 48} y={y + 18.5} text-anchor="middle">
          {name}
        </text>
      </g>
    ))}
  </svg>
);

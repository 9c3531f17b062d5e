/** Drawn on a grid of 16, with a line of 1.6. */
const paths = {
  overview: 'M2.5 9.5h3v4h-3zM6.5 5.5h3v8h-3zM10.5 2.5h3v11h-3z',
  jobs: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  events: 'M2 8h3l2-5 3 10 2-5h2',
  forecast: 'M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 1.5v3M10.5 1.5v3',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.8 10.8 14 14',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.5A6 6 0 1 1 6.5 2.5a5 5 0 0 0 7 7',
  system: 'M2 3h12v8H2zM6 13.5h4',
  key: 'M5.5 13a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M7.3 8.7 13 3M11 5l2 2',
  help: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M6.2 6.4a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.6-.8 1.2M8 11.4v.1',
  close: 'M4 4l8 8M12 4l-8 8',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  backfill: 'M8.5 3.5 4 8l4.5 4.5M13 3.5 8.5 8l4.5 4.5',
  next: 'M6.5 3.5 11 8l-4.5 4.5',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5V2.5h-8v8H5',
  file: 'M4 1.8h5.5L13 5.2v9H4zM9.3 2v3.4h3.5',
  edit: 'M3 13l.6-2.8 7-7a1.3 1.3 0 0 1 2.2 2.2l-7 7z',
  trash: 'M3 4.5h10M6.5 4.3V2.5h3v1.8M4.5 4.5l.6 9h5.8l.6-9',
  scheduled: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 4.8V8l2.2 1.4',
  queued: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M5.3 8h.01M8 8h.01M10.7 8h.01',
  running: 'M5 3.2v9.6L12.8 8z',
  retrying: 'M13 8a5 5 0 1 1-1.6-3.7M13.2 2v2.8h-2.8',
  completed: 'M3 8.6 6.3 12 13 4.6',
  failed: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  cancelled: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M3.8 12.2l8.4-8.4',
  paused: 'M5.5 3.5v9M10.5 3.5v9',
} as const;

export type IconName = keyof typeof paths;

/** Decoration: words beside it, or the label of its button, say the same. */
export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={paths[name]} />
  </svg>
);

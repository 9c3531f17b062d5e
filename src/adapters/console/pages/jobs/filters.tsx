import { useEffect, useRef, useState } from 'preact/hooks';
import type { JobFilters } from '../../api/jobs.js';
import { after } from '../../clock.js';
import { Icon } from '../../parts/icon.js';
import type { Status } from '../../parts/status.js';
import { linkTo, place, replacePlace } from '../../router.js';
import { printable } from '../../words/printable.js';

const statuses = [
  'scheduled',
  'queued',
  'running',
  'retrying',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const satisfies readonly Status[];
const typingPauseMs = 180;

type Given = { readonly filters: JobFilters; readonly types: readonly string[]; readonly tags: readonly string[] };

/** What is shown of the jobs; kept in the address. */
export const Filters = ({ filters, types, tags }: Given) => {
  const change = (changed: JobFilters): void => {
    const { status, ...rest } = { ...filters, ...changed };
    replacePlace(linkTo(['jobs'], { ...rest, status: status?.join(',') }));
  };
  const toggle = (status: Status): void => {
    const { status: chosen = [] } = filters;
    change({ status: chosen.includes(status) ? chosen.filter((other) => other !== status) : [...chosen, status] });
  };
  return (
    <div class="filters">
      <Search value={filters.q ?? ''} onChange={(q) => change({ q })} />
      <Choice label="Type" value={filters.type} options={types} onChange={(type) => change({ type })} />
      <Choice label="Tag" value={filters.tag} options={tags} onChange={(tag) => change({ tag })} />
      <div class="chips" role="group" aria-label="Status">
        {statuses.map((status) => (
          <button
            key={status}
            type="button"
            class={`chip ${status}`}
            aria-pressed={filters.status?.includes(status) ?? false}
            onClick={() => toggle(status)}
          >
            <Icon name={status} />
            {status}
          </button>
        ))}
      </div>
    </div>
  );
};

const Search = ({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) => {
  const [typed, setTyped] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    if (place.value.query.get('focus') === 'search') field.current?.focus();
  }, []);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => (typed === value ? undefined : after(typingPauseMs, () => change.current(typed))), [typed, value]);
  return (
    <div class="search">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label="Search names, types and descriptions"
        placeholder="Search"
        maxLength={256}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <span class="key-hint" aria-hidden="true">
        /
      </span>
    </div>
  );
};

type ChoiceGiven = {
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly string[];
  readonly onChange: (value: string | undefined) => void;
};

const Choice = ({ label, value, options, onChange }: ChoiceGiven) => (
  <select aria-label={label} value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value || undefined)}>
    <option value="">Any {label.toLowerCase()}</option>
    {[...new Set([...(value === undefined ? [] : [value]), ...options])].map((option) => (
      <option key={option} value={option}>
        {printable(option)}
      </option>
    ))}
  </select>
);

import { Field } from './field.js';

type Given = { readonly zones: readonly string[]; readonly value: string; readonly onChange: (zone: string) => void };

/** In whose clock the instants beside it are written. */
export const ZoneField = ({ zones, value, onChange }: Given) => (
  <Field label="Zone">
    {(field) => (
      <select {...field} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {zones.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    )}
  </Field>
);

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

type Attributes = { readonly id: string; readonly 'aria-describedby'?: string; readonly 'aria-invalid'?: 'true' };
type Given = {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly wrong?: string | undefined;
  readonly children: (field: Attributes) => ComponentChildren;
};

/** An input with its label, what helps to fill it in, and what is wrong with it, tied together for those who hear it. */
export const Field = ({ label, hint, wrong, children }: Given) => {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, wrong !== undefined && `${id}-wrong`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, ...(described !== '' && { 'aria-describedby': described }), ...(wrong !== undefined && { 'aria-invalid': 'true' }) })}
      {wrong !== undefined && (
        <p class="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
};

import { signal } from '@preact/signals';
import { ApiError } from '../api/problem.js';
import { after } from '../clock.js';
import { Icon } from './icon.js';

type Toast = { readonly id: number; readonly tone: 'good' | 'bad'; readonly text: string; readonly undo?: (() => void) | undefined };

const toasts = signal<readonly Toast[]>([]);
const shownMs = 8_000;
let count = 0;

/** Tells what has been done, for a while; with the way back where there is one. */
export const tell = (text: string, { tone = 'good', undo }: { readonly tone?: Toast['tone']; readonly undo?: () => void } = {}): void => {
  const id = ++count;
  toasts.value = [...toasts.value.slice(-3), { id, tone, text, undo }];
  after(shownMs, () => dismiss(id));
};

export const tellFailure = (error: unknown): void => tell(error instanceof ApiError ? error.message : String(error), { tone: 'bad' });

const dismiss = (id: number): void => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
};

export const Toasts = () => (
  <div class="toasts" role="status" aria-live="polite">
    {toasts.value.map(({ id, tone, text, undo }) => (
      <div class={`toast ${tone}`} key={id}>
        <Icon name={tone === 'good' ? 'completed' : 'failed'} />
        <span>{text}</span>
        {undo && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              dismiss(id);
              undo();
            }}
          >
            Undo
          </button>
        )}
        <button type="button" class="quiet icon-only" onClick={() => dismiss(id)} aria-label="Dismiss">
          <Icon name="close" />
        </button>
      </div>
    ))}
  </div>
);

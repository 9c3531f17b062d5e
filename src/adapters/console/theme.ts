import { effect, signal } from '@preact/signals';
import { kept } from './kept.js';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const remembered = kept('theme');

export const theme = signal<Theme>(themes.find((known) => known === remembered.get()) ?? 'system');

effect(() => {
  remembered.set(theme.value);
  document.documentElement.dataset.theme = theme.value;
});

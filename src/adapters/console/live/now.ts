import { signal } from '@preact/signals';
import { nowMs, onEachTick } from '../clock.js';

/** The present instant, in full seconds: what shows it ticks together. */
export const now = signal(nowMs());

onEachTick(1_000, () => {
  if (!document.hidden) now.value = nowMs();
});
document.addEventListener('visibilitychange', () => {
  now.value = nowMs();
});

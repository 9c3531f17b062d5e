import { Icon } from './icon.js';

export type Status = 'scheduled' | 'queued' | 'running' | 'retrying' | 'paused' | 'completed' | 'failed' | 'cancelled';

/** Shape and word say what the colour says. */
export const StatusBadge = ({ status }: { readonly status: Status }) => (
  <span class={`status ${status}`}>
    <Icon name={status} />
    {status}
  </span>
);

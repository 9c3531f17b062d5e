import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.js';

type Given = { readonly title: string; readonly onClose: () => void; readonly children: ComponentChildren; readonly wide?: boolean };

/** A modal window: the browser keeps the focus in it, closes it with Esc, and gives the focus back. It belongs to its page and goes with it. */
export const Dialog = ({ title, onClose, children, wide = false }: Given) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    addEventListener('hashchange', onClose);
    return () => removeEventListener('hashchange', onClose);
  }, [onClose]);
  useEffect(() => {
    const shown = dialog.current;
    const focused = document.activeElement;
    shown?.showModal();
    // The first thing to do in it, rather than to close it.
    shown?.querySelector<HTMLElement>('input, textarea, select, .actions .primary')?.focus();
    return () => {
      shown?.close();
      if (focused instanceof HTMLElement) focused.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it; the click is for those with a mouse.
    <dialog
      ref={dialog}
      class={wide ? 'wide' : undefined}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="inside">
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" class="quiet icon-only" onClick={onClose} aria-label="Close">
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
};

import { signal } from '@preact/signals';
import { Fragment } from 'preact';
import { useEffect } from 'preact/hooks';
import { Dialog } from '../parts/dialog.js';
import { goTo, linkTo, place } from '../router.js';

const isHelpOpen = signal(false);

const pages: Readonly<Record<string, readonly string[]>> = { o: [], j: ['jobs'], f: ['forecast'], e: ['events'], n: ['new'] };

const keys: readonly (readonly [string, string])[] = [
  ['/', 'search the jobs'],
  ['j k', 'next and previous in a list'],
  ['Enter', 'open it'],
  ['Esc', 'close, or leave a field'],
  ['g o', 'overview'],
  ['g j', 'jobs'],
  ['g f', 'forecast'],
  ['g e', 'events'],
  ['g n', 'new job'],
  ['?', 'this help'],
];

export const useKeyboard = (): void => {
  useEffect(() => {
    let afterG = false;
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      const isTyping = target instanceof HTMLElement && target.matches('input:not([type=range], [type=checkbox]), textarea, select');
      if (event.key === 'Escape' && isTyping && !document.querySelector('dialog[open]')) target.blur();
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
      const page = pages[event.key];
      if (afterG && page) {
        afterG = false;
        goTo(linkTo(page));
        return;
      }
      afterG = event.key === 'g';
      if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
      if (event.key === '?') isHelpOpen.value = true;
      if (event.key === '/') {
        event.preventDefault();
        search();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
};

/** The search field of the page, or that of the jobs. */
const search = (): void => {
  const field = document.querySelector<HTMLInputElement>('main input[type=search]');
  if (field) return field.select();
  goTo(linkTo(['jobs'], { ...Object.fromEntries(place.value.query), focus: 'search' }));
};

/** The focus moves along everything on the page that is marked as a row. */
const step = (by: 1 | -1): void => {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')].filter((row) => row.offsetParent !== null);
  const at = rows.findIndex((row) => row.matches(':focus'));
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
};

export const KeyboardHelp = () => {
  if (!isHelpOpen.value) return null;
  return (
    <Dialog
      title="Keyboard"
      onClose={() => {
        isHelpOpen.value = false;
      }}
    >
      <dl class="facts">
        {keys.map(([name, does]) => (
          <Fragment key={name}>
            <dt>
              {name.split(' ').map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </Fragment>
        ))}
      </dl>
    </Dialog>
  );
};

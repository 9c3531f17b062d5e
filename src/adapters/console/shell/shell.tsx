import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from '../parts/icon.js';
import { Toasts } from '../parts/toast.js';
import { linkTo, place } from '../router.js';
import { Asked } from './asked.js';
import { ConnectionLamp, LostBar } from './connection.js';
import { KeyboardHelp, useKeyboard } from './keyboard.js';
import { OrganizationSwitch } from './organizationSwitch.js';
import { ThemeSwitch } from './themeSwitch.js';

const sections: readonly { readonly path: string; readonly name: string; readonly icon: IconName }[] = [
  { path: '', name: 'Overview', icon: 'overview' },
  { path: 'jobs', name: 'Jobs', icon: 'jobs' },
  { path: 'forecast', name: 'Forecast', icon: 'forecast' },
  { path: 'events', name: 'Events', icon: 'events' },
];

/** What is around every page. */
export const Shell = ({ children }: { readonly children: ComponentChildren }) => {
  useKeyboard();
  const main = useRef<HTMLElement>(null);
  const [section = ''] = place.value.path;
  const at = place.value.path.slice(0, 2).join('/');
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${titleOf(place.value.path)} · nexus-scheduler`;
  }, [at]);
  // A new page begins at its top, and for those who hear it at its beginning.
  // `at` is what changes.
  useEffect(() => {
    if (!isFirst.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [at]);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header class="side">
        <a class="brand" href={linkTo([])} aria-label="nexus-scheduler, overview">
          <img src={new URL('../icon.svg', import.meta.url).href} alt="" />
          <span>nexus-scheduler</span>
        </a>
        <nav aria-label="Pages">
          <Links section={section} />
        </nav>
        <div class="settings">
          <ConnectionLamp />
          <OrganizationSwitch />
          <ThemeSwitch />
        </div>
      </header>
      <div class="content">
        <LostBar />
        <main ref={main} tabIndex={-1}>
          {children}
        </main>
      </div>
      <nav class="tabbar" aria-label="Pages, at the bottom">
        <Links section={section} />
      </nav>
      <Asked />
      <KeyboardHelp />
      <Toasts />
    </div>
  );
};

const Links = ({ section }: { readonly section: string }) => (
  <>
    {sections.map(({ path, name, icon }) => (
      <a key={path} href={linkTo(path === '' ? [] : [path])} aria-current={isAt(section, path) ? 'page' : undefined}>
        <Icon name={icon} />
        {name}
      </a>
    ))}
  </>
);

const titleOf = ([section = '', name]: readonly string[]): string => {
  if (section === 'executions') return 'Execution';
  if (section === 'new') return 'New job';
  if (section === 'jobs' && name !== undefined) return name;
  return sections.find(({ path }) => path === section)?.name ?? 'No such page';
};

const isAt = (section: string, path: string): boolean => section === path || (path === 'jobs' && ['new', 'executions'].includes(section));

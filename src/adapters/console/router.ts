import { computed, signal } from '@preact/signals';

/** Where the viewer is: the address after `#`, so that every page is a link that survives a reload and needs nothing of the server. */
export type Place = { readonly path: readonly string[]; readonly query: URLSearchParams };

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

export const place = computed<Place>(() => {
  const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?', 2);
  return { path: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query) };
});

export const linkTo = (path: readonly string[], query: { readonly [name: string]: string | undefined } = {}): string => {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
};

export const goTo = (link: string): void => {
  location.hash = link;
};

/** Changes the address without a step in the browser's history: for filters, while they are typed. */
export const replacePlace = (link: string): void => {
  history.replaceState(null, '', link);
  hash.value = link;
};

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

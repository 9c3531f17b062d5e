import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const beyond = 12;

export type VisibleRows = { readonly from: number; readonly to: number; readonly height: number };

/** Which rows of a long list are on the screen, with some above and below: only those exist as elements. */
export const useVisibleRows = (list: RefObject<HTMLElement | null>, count: number): VisibleRows => {
  const [rows, setRows] = useState<VisibleRows>({ from: 0, to: 40, height: 0 });
  // The number of rows changes what is on the screen.
  useEffect(() => {
    let asked = 0;
    const look = (): void => {
      asked = 0;
      const element = list.current;
      if (!element) return;
      const height =
        Number.parseFloat(getComputedStyle(element).getPropertyValue('--row')) *
        Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const top = -element.getBoundingClientRect().top;
      const from = Math.max(0, Math.floor(top / height) - beyond);
      const to = Math.ceil((top + innerHeight) / height) + beyond;
      setRows((known) => (known.from === from && known.to === to && known.height === height ? known : { from, to, height }));
    };
    const lookSoon = (): void => {
      if (asked === 0) asked = requestAnimationFrame(look);
    };
    look();
    addEventListener('scroll', lookSoon, { passive: true });
    addEventListener('resize', lookSoon);
    return () => {
      cancelAnimationFrame(asked);
      removeEventListener('scroll', lookSoon);
      removeEventListener('resize', lookSoon);
    };
  }, [list, count]);
  return rows;
};

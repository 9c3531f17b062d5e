import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** As root it has no sandbox; of its own accord it asks nobody outside for anything. Each has a new profile. */
const args = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--no-first-run',
];
const patienceMs = 15_000;

export type Tab = {
  readonly page: Page;
  /** What went wrong in it: errors of scripts, and everything that its policy forbids. */
  readonly complaints: readonly string[];
  /** Goes to a page of the console and waits until it is live. */
  readonly open: (hash: string) => Promise<void>;
};

export type Browser = {
  readonly newTab: (url: string, options?: BrowserContextOptions) => Promise<Tab>;
  readonly close: () => Promise<void>;
};

export const openBrowser = async (executablePath: string): Promise<Browser> => {
  const browser = await chromium.launch({ executablePath, args });
  const newTab = async (url: string, options: BrowserContextOptions = {}): Promise<Tab> => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => void complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
    });
    const open = async (hash: string): Promise<void> => {
      await page.goto('about:blank');
      await page.goto(`${url}/${hash}`);
      await page.locator('.connection.live').waitFor();
    };
    return { page, complaints, open };
  };
  return { newTab, close: () => browser.close() };
};

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What the rules of WCAG 2.2 AA that a program can check say of the page as it is now; `rules`: these alone; `within`: that part of it. */
export const violationsOn = async (
  page: Page,
  { rules, within }: { readonly rules?: readonly string[]; readonly within?: string } = {},
): Promise<readonly string[]> => {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'], preload: false });
  if (within !== undefined) axe.include(within);
  const { violations } = await (rules ? axe.withRules([...rules]) : axe.withTags(standards)).analyze();
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary})`)
        .slice(0, 3)
        .join('; ')}`,
  );
};

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium } from '../servers/chromium.js';
import { skipLoudly } from '../servers/skip.js';
import { type Browser, openBrowser, violationsOn } from './browser.js';
import { newDirectory, type Service, startService } from './service.js';

const found = chromium();
const schedule = { type: 'recurring', cronExpression: '0 0 1 1 *', timezone: 'America/New_York' };
/** Every rule on every page is work for a machine that has other things to do. */
const patienceMs = 180_000;
/** As wide as WCAG 1.4.10 asks for: 1280 at four times the size. */
const narrow = { width: 320, height: 640 };

if ('missing' in found) skipLoudly('accessibility of the console', found.missing);
else
  describe('accessibility of the console', () => {
    const directory = newDirectory();
    let service: Service;
    let browser: Browser;
    let pages: readonly (readonly [hash: string, shown: string])[] = [];

    beforeAll(async () => {
      const jobs = [
        { jobName: 'greeting', jobType: 'quick', schedule, description: 'Says hello', tags: ['kind'] },
        { jobName: 'breaking', jobType: 'failing', schedule, maxAttempts: 1 },
        { jobName: 'ended', jobType: 'quick', schedule },
        { jobName: 'daily', jobType: 'quick', schedule: { type: 'recurring', interval: { value: 1, unit: 'day' } } },
      ];
      [service, browser] = await Promise.all([startService(directory.path, { jobs }), openBrowser(found.executable)]);
      const run = (name: string): Promise<{ readonly executionId: string }> =>
        service.ask('POST', `/api/v1/jobs/${name}/run`, { wait: true });
      await run('greeting');
      await service.ask('POST', '/api/v1/jobs/ended/cancel');
      const { executionId } = await run('breaking');
      pages = [
        ['#/', 'Nodes'],
        ['#/jobs', 'breaking'],
        ['#/jobs/breaking', 'RangeError: the shelf is empty'],
        ['#/jobs/greeting/upcoming', 'America/New_York'],
        ['#/jobs/greeting/statistics', 'Outcomes by day'],
        ['#/jobs/greeting/explain?at=2020-01-01T00:00:00Z', 'The job did not exist yet'],
        ['#/jobs/greeting/replay', 'The job as it is'],
        ['#/jobs/greeting/definition', 'As JSON'],
        ['#/jobs/greeting/edit', 'Nothing is changed yet'],
        ['#/jobs/ended/edit', 'Activate again'],
        [`#/executions/${executionId}`, 'RangeError'],
        ['#/new', 'It would run'],
        ['#/forecast', 'Starts by hour'],
        ['#/events', 'breaking'],
        ['#/jobs/nobody', 'There is no such thing here'],
        ['#/executions/none', 'There is no such thing here'],
        ['#/zzz', 'There is no such page'],
        ['#/jobs/greeting/zzz', 'There is no such page'],
      ];
    });
    afterAll(async () => {
      await browser?.close();
      await service?.kill();
      directory.remove();
    });

    it(
      'has no page that axe complains of, in light and in dark colours',
      async () => {
        const { page, open, complaints } = await browser.newTab(service.url);
        const violations: string[] = [];
        for (const [hash, shown] of pages) {
          await open(hash);
          await page.locator('main').getByText(shown).locator('visible=true').first().waitFor();
          const light = await violationsOn(page);
          await page.getByRole('button', { name: 'Dark colours' }).click();
          const dark = await violationsOn(page, { rules: ['color-contrast'] });
          await page.getByRole('button', { name: 'Colours as the system has them' }).click();
          for (const violation of [...light, ...dark.map((words) => `dark: ${words}`)]) violations.push(`${hash} ${violation}`);
        }
        expect(violations).toEqual([]);
        expect(complaints).toEqual([]);
      },
      patienceMs,
    );

    it('has no page that needs to be scrolled sideways where it is narrow', async () => {
      const { page, open } = await browser.newTab(service.url, { viewport: narrow });
      const widths: Record<string, unknown> = {};
      const measure = async (name: string): Promise<void> => {
        widths[name] = await page.evaluate('document.documentElement.scrollWidth');
      };
      for (const [hash, shown] of pages) {
        await open(hash);
        await page.locator('main').getByText(shown).locator('visible=true').first().waitFor();
        await measure(hash);
      }
      await open('#/new');
      for (const kind of ['Every', 'Once', 'RRULE', 'Calculator']) {
        await page.getByRole('button', { name: kind }).click();
        await page.locator(`button[aria-pressed=true]:text-is("${kind}")`).waitFor();
        await measure(kind);
      }
      expect(widths).toEqual(Object.fromEntries(Object.keys(widths).map((name) => [name, narrow.width])));
    });

    it('lays no field over another', async () => {
      const { page, open } = await browser.newTab(service.url);
      await open('#/jobs/greeting/explain?at=2020-01-01T00:00:00Z');
      await page.getByText('The job did not exist yet').waitFor();
      const boxOf = async (label: string) => {
        const box = await page.getByLabel(label, { exact: true }).boundingBox();
        if (!box) throw new Error(`${label} is not there`);
        return { ...box, right: box.x + box.width, bottom: box.y + box.height };
      };
      const [instant, zone] = [await boxOf('Instant'), await boxOf('Zone')];
      expect(instant.right <= zone.x || instant.bottom <= zone.y).toBe(true);
    });

    it('has dialogs that axe does not complain of', async () => {
      const { page, open } = await browser.newTab(service.url);
      await open('#/jobs/greeting');
      for (const name of ['Run now', 'Backfill', 'Pause', 'Cancel', 'Delete']) {
        await page.getByRole('button', { name, exact: true }).first().click();
        await page.getByRole('dialog').waitFor();
        expect(await violationsOn(page, { within: 'dialog' }), name).toEqual([]);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
    });

    it('notices what is wrong', async () => {
      const { page, open } = await browser.newTab(service.url);
      await open('#/new');
      await page.evaluate("document.querySelector('h1').innerHTML = '<img src=./none.png><button></button>'");
      const found = await violationsOn(page, { rules: ['image-alt', 'button-name'], within: 'main' });
      expect(found.map((violation) => violation.split(':', 1)[0])).toEqual(expect.arrayContaining(['image-alt', 'button-name']));
    });
  });

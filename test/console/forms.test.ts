import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromium } from '../servers/chromium.js';
import { skipLoudly } from '../servers/skip.js';
import { type Browser, openBrowser, type Tab } from './browser.js';
import { newDirectory, type Service, startService } from './service.js';

const found = chromium();

/** Long after any test is over. */
const schedule = { type: 'recurring', cronExpression: '0 0 1 1 *' };
const cron = (cronExpression: string): object => ({ type: 'recurring', cronExpression, timezone: 'America/New_York' });
const jobs = [
  { jobName: 'taken', jobType: 'quick', schedule },
  { jobName: 'yearly', jobType: 'quick', schedule: cron('0 0 1 1 *') },
  { jobName: 'hourly', jobType: 'quick', schedule: cron('0 * * * *') },
  { jobName: 'hashed', jobType: 'quick', schedule: cron('0 H 1 1 *') },
];

if ('missing' in found) skipLoudly('forms of the console', found.missing);
else
  describe('forms of the console', () => {
    const directory = newDirectory();
    let service: Service;
    let browser: Browser;
    let tab: Tab;

    beforeAll(async () => {
      [service, browser] = await Promise.all([startService(directory.path, { jobs }), openBrowser(found.executable)]);
      tab = await browser.newTab(service.url);
    });
    afterAll(async () => {
      await browser?.close();
      await service?.kill();
      directory.remove();
    });

    const field = (label: string) => tab.page.getByLabel(label, { exact: true });
    const press = (name: string): Promise<void> => tab.page.getByRole('button', { name, exact: true }).click();
    const sees = (text: string | RegExp, within = 'main'): Promise<void> =>
      tab.page.locator(within).getByText(text).locator('visible=true').first().waitFor();
    /** What stands at a field that is marked as wrong. */
    const wrongAt = async (label: string): Promise<string | null> => {
      const wrong = tab.page.locator('.field:has([aria-invalid=true])', { has: field(label) });
      return wrong.locator('.wrong').textContent();
    };
    const isFocused = (label: string): Promise<boolean> => field(label).evaluate((element) => element.matches(':focus'));

    describe('the form of a new job', () => {
      beforeEach(async () => {
        await tab.open('#/new');
        await sees('At 09:00, Monday through Friday');
      });

      it('says at each field what is wrong with it, and goes to the first', async () => {
        await field('Name').fill('my job');
        await field('Type').fill('quick');
        await field('Parameters').fill('{');
        await press('Schedule');
        await sees('It was not saved: see what is marked above.');
        expect(await wrongAt('Name')).toMatch(/^must be 1 to 128 of A-Z/);
        expect(await wrongAt('Parameters')).toBe('must be a JSON object');
        expect(await isFocused('Name')).toBe(true);
      });

      it('says at the name that there is such a job', async () => {
        await field('Name').fill('taken');
        await field('Type').fill('quick');
        await press('Schedule');
        await sees('It was not saved: see what is marked above.');
        expect(await wrongAt('Name')).toBe('There is a job of this name already.');
        expect(await isFocused('Name')).toBe(true);
      });

      it('says of parameters which is wrong', async () => {
        await field('Name').fill('stock');
        await field('Type').fill('report_generation');
        await field('Parameters').fill('{ "reportType": "x" }');
        await press('Schedule');
        await sees('It was not saved: see what is marked above.');
        expect(await wrongAt('Parameters')).toMatch(/^reportType: must be one of inventory_summary, .+; format: must be one of pdf, /);
      });

      it('takes a single instant, which is not there yet when that kind is chosen', async () => {
        await press('Once');
        await sees(/^runAt: must be/, '[aria-label="Coming runs"]');
        await field('At').fill('2030-01-02T03:04:05');
        await sees('Once, Wed 2 Jan 2030, 03:04:05', '[aria-label="Coming runs"]');
      });

      it('says what is wrong with no field, and stays at the button', async () => {
        await tab.page.route('**/api/v1/jobs', (route) => route.abort());
        await press('Schedule');
        await sees(/does not answer/, '.note');
        await tab.page.unroute('**/api/v1/jobs');
        expect(await tab.page.getByRole('button', { name: 'Schedule' }).evaluate((button) => button.matches(':focus'))).toBe(true);
      });
    });

    it('says of a change which parameter it has wrong', async () => {
      await tab.open('#/jobs/taken/edit');
      await field('Type').fill('report_generation');
      await field('Parameters').fill('{ "reportType": "x", "format": "csv" }');
      await sees(/^parameters\.reportType: must be one of inventory_summary, /, '[aria-label="What would change"]');
      expect(await wrongAt('Parameters')).toMatch(/^reportType: must be one of/);
    });

    describe('a job that has ended', () => {
      const head = (name: string) => tab.page.locator('.page-head').getByRole('button', { name, exact: true });
      const hasStatus = (status: string): Promise<void> => tab.page.locator(`.page-head .status.${status}`).waitFor();
      const says = (text: string): Promise<void> => sees(text, '.toasts');

      beforeAll(async () => {
        await service.ask('PUT', '/api/v1/jobs/given-up', { jobType: 'quick', schedule });
      });
      beforeEach(() => service.ask('POST', '/api/v1/jobs/given-up/cancel'));

      it('is not paused but activated again, which can be taken back', async () => {
        await tab.open('#/jobs?q=given-up');
        await tab.page.getByRole('button', { name: 'Run given-up now' }).waitFor();
        expect(await tab.page.getByRole('button', { name: 'Pause given-up' }).count()).toBe(0);
        await tab.open('#/jobs/given-up');
        await hasStatus('cancelled');
        await head('Activate again').waitFor();
        expect([await head('Pause').count(), await head('Cancel').count()]).toEqual([0, 0]);
        await press('Activate again');
        await hasStatus('scheduled');
        await head('Pause').waitFor();
        await press('Undo');
        await hasStatus('cancelled');
      });

      it('stays so when it is edited, unless it is activated again', async () => {
        await tab.open('#/jobs/given-up/edit');
        await sees('The job is cancelled. Saved without this, it stays so, unless it is given another schedule.');
        await field('Description').fill('of old');
        await press('Save');
        await says('given-up is changed, and stays cancelled');
        await hasStatus('cancelled');
        await tab.open('#/jobs/given-up/edit');
        await field('Activate again').check();
        await sees('Next run: none', '[aria-label="What would change"]');
        await press('Save');
        await says('given-up is active again');
        await hasStatus('scheduled');
        await press('Undo');
        await hasStatus('cancelled');
      });

      it('says so where its schedule has no occurrence left', async () => {
        const once = { type: 'once', runAt: new Date().toISOString() };
        await service.ask('PUT', '/api/v1/jobs/over', { jobType: 'quick', schedule: once });
        await tab.open('#/jobs/over');
        await hasStatus('completed');
        await sees('It has ended: its schedule has no occurrence left.');
        expect([await head('Pause').count(), await head('Activate again').count()]).toEqual([0, 0]);
        await tab.page.getByRole('link', { name: 'Give it another schedule' }).click();
        await sees('It stays so unless it is given another schedule.');
        await press('Cron');
        await sees(/new/, '[aria-label="What would change"]');
        await press('Save');
        await says('over is active again');
        await hasStatus('scheduled');
      });
    });

    describe('the form of a backfill', () => {
      const dialog = () => tab.page.getByRole('dialog');
      const says = (text: string): Promise<void> => sees(text, 'dialog');
      const asks = async (name: string, from: string, to: string): Promise<void> => {
        await tab.open(`#/jobs/${name}`);
        await press('Backfill');
        await field('From').fill(from);
        await field('To').fill(to);
      };
      const backfill = (): Promise<void> => dialog().getByRole('button', { name: 'Backfill' }).click();

      it('says how many runs there would be, queues them in the zone of the job, and leads to each', async () => {
        await asks('yearly', '2020-01-01T00:00:00', '2022-01-01T00:00:00');
        await says('3 occurrences lie in this span.');
        await backfill();
        await says('3 runs are queued.');
        expect(await dialog().getByRole('link').allTextContents()).toEqual(
          [2020, 2021, 2022].map((year) => expect.stringContaining(`1 Jan ${year}, 00:00:00 America/New_York`)),
        );
        await dialog().getByRole('link').last().click();
        await tab.page.getByRole('heading', { name: /^Execution/ }).waitFor();
        await dialog().waitFor({ state: 'detached' });
        await sees('Sat 1 Jan 2022, 06:00:00');
        await tab.open('#/jobs/yearly');
        for (const year of [2020, 2021, 2022]) await sees(`1 Jan ${year}, 06:00`);
      });

      it('says at the field what is wrong with the span', async () => {
        await asks('yearly', '2020-01-01T00:00:00', '2999-01-01T00:00:00');
        await backfill();
        await says('must not lie in the future');
        expect(await wrongAt('To')).toMatch(/^must not lie in the future/);
        expect(await isFocused('To')).toBe(true);
      });

      it('says where there is nothing to run, too much, or no telling', async () => {
        await asks('yearly', '2020-02-01T00:00:00', '2020-03-01T00:00:00');
        await says('No occurrence lies in this span.');
        await backfill();
        await says('Nothing was queued');
        await dialog().getByRole('button', { name: 'Done' }).click();
        await dialog().waitFor({ state: 'detached' });
        await asks('hourly', '2020-01-01T00:00:00', '2020-12-01T00:00:00');
        await says('More than 1,000 occurrences: choose a shorter span.');
        await asks('hashed', '2020-01-01T00:00:00', '2022-02-01T00:00:00');
        await says('How many occurrences these are is told once they are queued.');
      });
    });

    it('complained of nothing all the while', () => {
      expect(tab.complaints).toEqual([]);
    });
  });

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium } from '../servers/chromium.js';
import { skipLoudly } from '../servers/skip.js';
import { type Browser, openBrowser, type Tab } from './browser.js';
import { newDirectory, type Service, startService } from './service.js';

const found = chromium();

/** Long after any test is over. */
const far = { type: 'recurring', cronExpression: '0 0 1 1 *' };
const job = (jobName: string, jobType: string, more: object = {}): object => ({ jobName, jobType, schedule: far, ...more });

const hostile = '"><img src=x onerror="window.hacked=true"> \u202eevil';
const jobs = [
  job('greeting', 'quick', { description: 'Says hello', tags: ['kind'], schedule: { ...far, timezone: 'America/New_York' } }),
  job('breaking', 'failing', { maxAttempts: 1 }),
  job('endless', 'endless'),
  job('hostile', 'hostile', { description: hostile, tags: [hostile.slice(0, 50)], parameters: { [hostile]: '\u0007' } }),
  job('huge', 'huge'),
  ...Array.from({ length: 1_200 }, (_, i) => job(`many-${String(i).padStart(4, '0')}`, 'quick')),
];

if ('missing' in found) skipLoudly('console', found.missing);
else
  describe('console', () => {
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

    /** Runs a job to its end. */
    const ran = async (name: string): Promise<string> =>
      (await service.ask<{ readonly executionId: string }>('POST', `/api/v1/jobs/${name}/run`, { wait: true })).executionId;

    const sees = (text: string | RegExp, within = 'main'): Promise<void> =>
      tab.page.locator(within).getByText(text).locator('visible=true').first().waitFor();
    const press = (name: string | RegExp): Promise<void> => tab.page.getByRole('button', { name }).first().click();
    const dialog = () => tab.page.getByRole('dialog');

    it('comes whole from the service, compressed, with nothing inline', async () => {
      const page = await fetch(service.url);
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      const html = await page.text();
      expect(html).not.toMatch(/<style|<script(?![^>]*\ssrc="\.\/)|\son\w+=|https?:/);
      const [script = ''] = /assets\/[^"]+\.js/.exec(html) ?? [];
      const asset = await fetch(`${service.url}/${script}`, { headers: { 'accept-encoding': 'br' } });
      expect(Object.fromEntries(asset.headers)).toMatchObject({
        'content-encoding': 'br',
        'content-type': expect.stringMatching(/^(text|application)\/javascript; charset=utf-8$/),
        'cache-control': 'public, max-age=31536000, immutable',
      });
    });

    it('schedules a job by a form that shows its coming runs and says at the field what is wrong', async () => {
      await tab.open('#/new');
      const field = (label: string) => tab.page.getByLabel(label, { exact: true });
      await sees('At 09:00, Monday through Friday');
      await field('Cron expression').fill('61 9 * * *');
      await tab.page.locator('[aria-invalid=true][id]').waitFor();
      expect(await field('Cron expression').getAttribute('aria-invalid')).toBe('true');
      await field('Cron expression').fill('30 7 1 1 *');
      await sees('At 07:30, on day 1 of the month, only in January');
      await field('Name').fill('by-form');
      await field('Type').fill('quick');
      await field('Parameters').fill('{ "who": "you" }');
      await press('Schedule');
      await tab.page.getByRole('heading', { name: 'by-form' }).waitFor();
      expect(await service.ask('GET', '/api/v1/jobs/by-form')).toMatchObject({
        jobType: 'quick',
        parameters: { who: 'you' },
        schedule: { cronExpression: '30 7 1 1 *', timezone: 'Europe/Berlin' },
      });
    });

    it('runs a job with parameters, shows it while it runs, and cancels it', async () => {
      await tab.open('#/jobs/endless');
      await press('Run now');
      await dialog().getByLabel('Parameters').fill('{ "n": 1 }');
      await dialog().getByRole('button', { name: 'Run now' }).click();
      await tab.page.locator('.page-head .status.running').waitFor();
      await sees('a quarter of it');
      await sees('the first line');
      await sees('<b>not bold</b>');
      await sees('"n": 1');
      await press('Cancel');
      await tab.page.locator('.page-head .status.cancelled').waitFor();
    });

    it('pauses with a note, takes that back, and resumes', async () => {
      await tab.open('#/jobs/greeting');
      await press('Pause');
      await dialog().getByLabel('Why').fill('the shop is closed');
      await dialog().getByRole('button', { name: 'Pause' }).click();
      await sees('the shop is closed');
      await tab.page.locator('.page-head .status.paused').waitFor();
      await press('Undo');
      await tab.page.locator('.page-head .status.scheduled').waitFor();
    });

    it('closes a dialog when the page changes', async () => {
      await tab.open('#/jobs/breaking');
      await tab.page.evaluate("location.hash = '#/jobs/greeting'");
      await tab.page.getByRole('heading', { name: 'greeting' }).waitFor();
      await press('Delete');
      await dialog().waitFor();
      await tab.page.goBack();
      await dialog().waitFor({ state: 'detached' });
      await tab.page.getByRole('heading', { name: 'breaking' }).waitFor();
    });

    it('shows what failed, on the overview and with its error', async () => {
      await tab.open('#/');
      await ran('breaking');
      await tab.page
        .getByRole('region', { name: 'Failed lately' })
        .getByRole('link', { name: /breaking/ })
        .click();
      await sees('RangeError');
      await sees('E_SHELF');
      await sees('the shelf is empty');
    });

    it('explains an instant', async () => {
      await ran('greeting');
      await tab.open('#/jobs/greeting/explain');
      await tab.page.locator('main .chip').last().click();
      await sees('It ran, and completed');
      await tab.page.reload();
      await sees('It ran, and completed');
      await tab.page.getByLabel('Instant', { exact: true }).fill('2020-01-01T00:00:00');
      await press('Explain');
      await sees('The job did not exist yet');
    });

    it('replays the past of a job, event by event', async () => {
      await service.ask('PUT', '/api/v1/jobs/replayed', { jobType: 'quick', schedule: far, parameters: { who: 'before' } });
      await service.ask('POST', '/api/v1/jobs/replayed/pause', { note: 'for a moment' });
      await service.ask('PUT', '/api/v1/jobs/replayed', { jobType: 'quick', schedule: far, parameters: { who: 'after' } });
      await service.ask('POST', '/api/v1/jobs/replayed/resume');
      await tab.open('#/jobs/replayed/replay');
      const state = tab.page.getByRole('region', { name: 'The job as it was' });
      await tab.page.getByRole('slider').press('Home');
      await state.locator('.status.scheduled').waitFor();
      await state.getByText('parameters.who').waitFor();
      await tab.page.getByRole('slider').press('ArrowRight');
      await state.locator('.status.paused').waitFor();
      await tab.page.reload();
      await state.locator('.status.paused').waitFor();
    });

    it('shows what a change would do before it is saved, and who was faster', async () => {
      await service.ask('PUT', '/api/v1/jobs/edited', { jobType: 'quick', schedule: { type: 'recurring', cronExpression: '0 3 * * *' } });
      await tab.open('#/jobs/edited/edit');
      await tab.page.getByLabel('Cron expression', { exact: true }).fill('0 4 * * *');
      await sees(/14 new, 14 gone|13 new, 14 gone|14 new, 13 gone/);
      await service.ask('PUT', '/api/v1/jobs/edited', {
        jobType: 'quick',
        description: 'meanwhile',
        schedule: { type: 'recurring', cronExpression: '0 3 * * *' },
      });
      await press('Save');
      await sees('Somebody has changed this job meanwhile.');
      await tab.page.locator('[role=alert]:focus').waitFor();
      await sees('meanwhile', '.note .changes');
      await press('Save mine over it');
      await sees('At 04:00');
      expect(await service.ask('GET', '/api/v1/jobs/edited')).toMatchObject({ schedule: { cronExpression: '0 4 * * *' } });
    });

    it('deletes a job only when its name is typed', async () => {
      await service.ask('PUT', '/api/v1/jobs/doomed', { jobType: 'quick', schedule: far });
      await tab.open('#/jobs/doomed');
      await press('Delete');
      const button = dialog().getByRole('button', { name: 'Delete for good' });
      expect(await button.isDisabled()).toBe(true);
      await dialog().getByRole('textbox').fill('doomed');
      await button.click();
      await tab.page.getByRole('heading', { name: 'Jobs' }).waitFor();
      await expect(service.ask('GET', '/api/v1/jobs/doomed')).rejects.toThrow('JOB_NOT_FOUND');
    });

    it('says of an address that there is no such page, with ways on', async () => {
      await tab.open('#/zzz');
      await tab.page.getByRole('heading', { name: 'There is no such page' }).waitFor();
      expect(await tab.page.title()).toBe('No such page · nexus-scheduler');
      await tab.page.locator('main').getByRole('link', { name: 'Jobs' }).click();
      await tab.page.getByRole('heading', { name: 'Jobs' }).waitFor();
      await tab.open('#/jobs/greeting/zzz');
      await sees('There is no such page');
      await tab.page.locator('main').getByRole('link', { name: 'See its history' }).click();
      await tab.page.getByRole('region', { name: 'History' }).waitFor();
    });

    it('lists many jobs with few elements, filters them, and keeps that in the address', async () => {
      await tab.open('#/jobs');
      await sees('many-0000');
      for (let more = true; more; ) {
        await tab.page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
        more = await tab.page
          .locator('main')
          .getByText('many-1199')
          .waitFor({ timeout: 250 })
          .then(
            () => false,
            () => true,
          );
      }
      expect(await tab.page.locator('.job-row').count()).toBeLessThan(100);
      await tab.page.keyboard.press('/');
      await tab.page.keyboard.type('greet');
      await tab.page.waitForURL(/q=greet/);
      await tab.page.locator('main').getByText('many-0001').waitFor({ state: 'detached' });
      await tab.page.reload();
      await sees('Says hello');
      expect(await tab.page.locator('.job-row:not(.head)').count()).toBe(1);
    });

    it('is used with the keyboard', async () => {
      await tab.open('#/');
      await tab.page.keyboard.press('?');
      await dialog().getByText('next and previous in a list').waitFor();
      await tab.page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
      await tab.page.keyboard.press('g');
      await tab.page.keyboard.press('j');
      await tab.page.getByRole('heading', { name: 'Jobs' }).waitFor();
      await tab.page.locator('main a[data-row]').nth(2).waitFor();
      await tab.page.keyboard.press('j');
      await tab.page.keyboard.press('j');
      await tab.page.keyboard.press('k');
      await tab.page.keyboard.press('Enter');
      await tab.page.getByRole('heading', { name: 'breaking' }).waitFor();
    });

    it('shows hostile text as text', async () => {
      const id = await ran('hostile');
      await tab.open(`#/executions/${id}`);
      await sees('\\u202eevil', '[aria-label=Result]');
      await sees('\\u0000\\u0007\\u001b[31m', '[aria-label=Log]');
      await tab.open('#/jobs/hostile');
      await sees('"><img src=x onerror="window.hacked=true"> \\u202eevil');
      await tab.open('#/jobs?q=hostile');
      await sees('\\u202eevil');
      expect(await tab.page.evaluate(() => 'hacked' in globalThis)).toBe(false);
      expect(await tab.page.locator('main img').count()).toBe(0);
    });

    it('shows a huge result in part, and whole when asked to', async () => {
      await tab.open(`#/executions/${await ran('huge')}`);
      const result = tab.page.getByRole('region', { name: 'Result', exact: true }).locator('pre');
      expect((await result.textContent())?.length).toBeLessThan(10_000);
      await press(/Show all 2\d\d KiB/);
      await tab.page.getByRole('button', { name: /Show all/ }).waitFor({ state: 'detached' });
      expect((await result.textContent())?.length).toBeGreaterThan(250_000);
    });

    it('says when the connection is lost, and misses nothing when it is back', async () => {
      const own = newDirectory();
      const first = await startService(own.path, { jobs: [job('greeting', 'quick')] });
      const other = await browser.newTab(first.url);
      await other.open('#/events');
      await first.ask('POST', '/api/v1/jobs/greeting/run', { wait: true });
      await other.page.locator('.event .words', { hasText: 'completed in' }).first().waitFor();
      await first.kill();
      await other.page.getByText(/^Connection lost .+: the service does not answer \(Failed to fetch\)\. What you see /).waitFor();
      const second = await startService(own.path, { port: first.port });
      // These happen while nobody listens.
      for (const who of ['one', 'two', 'three']) await second.ask('POST', '/api/v1/jobs/greeting/run', { wait: true, parameters: { who } });
      await other.page.evaluate('dispatchEvent(new Event("online"))');
      await other.page.locator('.connection.live').waitFor();
      const { items } = await second.ask<{ readonly items: readonly { readonly id: string }[] }>('GET', '/api/v1/events?last=100');
      await other.page.locator(`.event:nth-child(${items.length})`).waitFor();
      expect(await other.page.locator('.event').count()).toBe(items.length);
      await second.kill();
      own.remove();
    });

    it('complained of nothing all the while', () => {
      expect(tab.complaints).toEqual([]);
    });
  });

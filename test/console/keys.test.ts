import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../src/adapters/keys/apiKey.js';
import { writeKeyList } from '../../src/adapters/keys/keyList.js';
import type { Scope } from '../../src/application/ports/apiKeys.js';
import { chromium } from '../servers/chromium.js';
import { skipLoudly } from '../servers/skip.js';
import { type Browser, openBrowser, violationsOn } from './browser.js';
import { newDirectory, type Service, startService } from './service.js';

const found = chromium();
const schedule = { type: 'recurring', cronExpression: '0 0 1 1 *' };

const newKey = (name: string, scope: Scope, organization: string | null) => {
  const { id, key, sha256 } = createKey();
  return { key, entry: { id, name, scope, organization, sha256 } };
};

if ('missing' in found) skipLoudly('console with keys', found.missing);
else
  describe('console with keys', () => {
    const directory = newDirectory();
    const reader = newKey('the wall', 'read', 'default');
    const operator = newKey('the desk', 'operate', 'default');
    const admin = newKey('root', 'admin', null);
    let service: Service;
    let browser: Browser;

    beforeAll(async () => {
      const jobs = [
        { jobName: 'ours', jobType: 'quick', schedule },
        { jobName: 'unwanted', jobType: 'quick', schedule },
        { jobName: 'theirs', organization: 'acme', jobType: 'quick', schedule },
      ];
      const keys = writeKeyList([reader.entry, operator.entry, admin.entry]);
      [service, browser] = await Promise.all([startService(directory.path, { jobs, keys }), openBrowser(found.executable)]);
    });
    afterAll(async () => {
      await browser?.close();
      await service?.kill();
      directory.remove();
    });

    const enter = async (key: string, hash = '') => {
      const { page } = await browser.newTab(service.url);
      await page.goto(`${service.url}/${hash}`);
      await page.getByLabel('API key').fill(key);
      await page.getByRole('button', { name: 'Go on' }).click();
      return page;
    };

    it('asks for a key, refuses a wrong one, and forgets it with the tab', async () => {
      const page = await enter(createKey().key, '#/jobs');
      await page.getByText('This key is not known here').waitFor();
      expect(await violationsOn(page)).toEqual([]);
      await page.getByLabel('API key').fill(reader.key);
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByText('ours').waitFor();
      await page.reload();
      await page.getByText('ours').waitFor();
      const other = await page.context().newPage();
      await other.goto(service.url);
      await other.getByLabel('API key').waitFor();
    });

    it('offers what the key allows', async () => {
      const page = await enter(reader.key, '#/jobs/ours');
      await page.getByRole('heading', { name: 'ours' }).waitFor();
      await page.getByRole('button', { name: 'Run now' }).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Backfill' }).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Delete' }).waitFor({ state: 'detached' });
      await page.getByTitle('Organization and key').click();
      await page.getByText('Your key “the wall” may look.').waitFor();
      await page.getByRole('button', { name: 'Forget the key' }).click();
      await page.getByLabel('API key').waitFor();
    });

    it('offers no form to a key that may not send it', async () => {
      const page = await enter(reader.key, '#/new');
      for (const hash of ['#/new', '#/jobs/ours/edit']) {
        await page.goto(`${service.url}/${hash}`);
        await page.getByText('Your key does not allow this').waitFor();
        await page.getByRole('heading', { level: 1 }).waitFor();
        expect(await page.locator('main form').count()).toBe(0);
      }
      await page.goto(`${service.url}/#/jobs/ours/definition`);
      await page.getByRole('heading', { name: 'Rules' }).waitFor();
      expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
    });

    it('offers no way back that the key does not allow', async () => {
      const page = await enter(operator.key, '#/jobs/unwanted');
      await page.getByRole('button', { name: 'Backfill' }).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel the job' }).click();
      await page.getByText('unwanted is cancelled').waitFor();
      await page.locator('.page-head .status.cancelled').waitFor();
      for (const name of ['Undo', 'Activate again', 'Pause', 'Delete'])
        expect(await page.getByRole('button', { name }).count(), name).toBe(0);
      expect(await page.getByRole('link', { name: 'Give it another schedule' }).count()).toBe(0);
    });

    it('shows another organization to a key of all', async () => {
      const page = await enter(admin.key, '#/jobs');
      await page.getByText('ours').waitFor();
      await page.getByTitle('Organization and key').click();
      await page.getByRole('dialog').getByLabel('Organization').fill('acme');
      await page.getByRole('button', { name: 'Show it' }).click();
      await page.getByText('theirs').waitFor();
      expect(await page.getByText('ours', { exact: true }).count()).toBe(0);
      await page.getByRole('link', { name: /theirs/ }).click();
      await page.getByRole('button', { name: 'Run now' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
      await page.locator('.page-head .status.completed').waitFor();
    });
  });

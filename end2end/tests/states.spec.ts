import { fileURLToPath } from 'node:url';
import { expect, test, type Browser } from '@playwright/test';
import { binary } from '../playwright.config';
import { look } from './support/look.ts';
import { freePort, Programs } from './support/program.ts';
import { signIn, type Persona } from './support/sign-in.ts';
import { approve, reloadUntil, request, state } from './support/story.ts';

// The states that pass or that went wrong, on a portal of their own: one that takes its time, and offers a template that lacks
// its exports.

const template = fileURLToPath(new URL('../../crates/control-plane/tests/templates/team-notebook.yaml', import.meta.url));
const programs = new Programs();
let portal: string;

test.beforeAll(async () => {
  const port = await freePort();
  portal = `http://127.0.0.1:${port}`;
  await programs.start(binary, ['demo', '--listen', `127.0.0.1:${port}`, '--speed', '4', '--product', template], {}, 'is ready at');
});

test.afterAll(() => programs.stop());

const open = async (browser: Browser, persona: Persona) => {
  const page = await (await browser.newContext({ baseURL: portal })).newPage();
  await signIn(page, persona);
  return page;
};

test('what comes up, what failed and what was denied, in both themes, on a phone and on a desk', async ({ browser }) => {
  test.setTimeout(600_000);
  const scientist = await open(browser, 'fraud-scientist');
  const lead = await open(browser, 'fraud-lead');

  await request(scientist, 'Sandbox Studio', 'states-running', /Sandbox/);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  await expect(scientist).toHaveURL(/\/environments\//);
  const coming = new URL(scientist.url()).pathname;
  await look(scientist, 'fraud-scientist', 'environment-provisioning', coming);
  await expect(state(scientist)).toHaveText('Provisioning');

  await scientist.getByText('Terminate this environment').click();
  await scientist.getByLabel('Type states-running to confirm').fill('another');
  await scientist.getByRole('button', { name: 'Terminate environment' }).click();
  await expect(scientist.getByRole('alert')).toBeVisible();
  await look(scientist, 'fraud-scientist', 'environment-not-terminated', scientist.url());

  const lacks = await request(scientist, 'team-notebook', 'states-failed', /Dev/);
  await approve(lead, 'states-failed');
  await scientist.goto(lacks);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  await expect(scientist).toHaveURL(/\/environments\//);
  await reloadUntil(scientist, 'Error');
  await look(scientist, 'fraud-scientist', 'environment-error', new URL(scientist.url()).pathname);

  const denied = await request(scientist, 'Studio environment', 'states-denied', /Dev/);
  await lead.goto(denied);
  await lead.getByLabel(/^Comment/).fill('The shared domain is enough for this.');
  await lead.getByRole('button', { name: 'Deny', exact: true }).click();
  await expect(lead.getByText('denied this request.')).toBeVisible();
  await look(scientist, 'fraud-scientist', 'request-denied', denied);
  await scientist.getByRole('button', { name: 'Request again' }).click();
  await expect(scientist).toHaveURL(/[?&]draft=/);
  await expect(scientist.getByLabel('Name', { exact: true })).toHaveValue('states-denied');

  const nobody = await (await browser.newContext({ baseURL: portal })).newPage();
  await look(nobody, 'nobody', 'sign-in-failed', '/auth/callback?code=none&state=none');
  await look(nobody, 'nobody', 'signed-out', '/auth/signed-out');
});

test('a page that follows along says what happens in its title, and says so when nothing comes any more', async ({ browser }) => {
  const page = await open(browser, 'fraud-scientist');
  await page.clock.install();
  await request(page, 'Sandbox Studio', 'states-live', /Sandbox/);
  await page.getByRole('link', { name: 'Go to the environment' }).click();
  await expect(page).toHaveTitle(/^Provisioning: states-live/);
  await expect(page.getByText('Live: this page follows along by itself.')).toBeVisible();
  await expect(page.locator('[role=status].sr-only')).toHaveText(/^Step \d of \d: /);

  programs.pause();
  await page.clock.fastForward(60_000);
  await expect(page.getByText('Nothing was heard from the portal for a while')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Refresh' })).toBeVisible();
  programs.resume();
  await expect(page.getByText('Live: this page follows along by itself.')).toBeVisible({ timeout: 20_000 });
});

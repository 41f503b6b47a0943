import { expect, test } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';
import { approve, reloadUntil, request, terminate } from './support/story.ts';

// What runs costs by the hour: it is seen and stopped where the environment is, without the console and without JavaScript.
test('what runs is listed and stopped, the lease is put off, and a lead holds the environment', async ({ browser }) => {
  test.setTimeout(360_000);
  const open = async () => (await browser.newContext({ javaScriptEnabled: false })).newPage();
  const scientist = await open();
  await signIn(scientist, 'fraud-scientist');
  const requestPath = await request(scientist, 'Studio environment', 'fraud-running', /Dev/);
  const lead = await open();
  await signIn(lead, 'fraud-lead');
  await approve(lead, 'fraud-running');
  await scientist.goto(requestPath);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  const path = new URL(scientist.url()).pathname;
  await reloadUntil(scientist, 'Available');
  await expect(scientist.getByText('AWS was not asked yet.')).toBeVisible();

  const [studio] = await Promise.all([
    scientist.context().waitForEvent('page'),
    scientist.getByRole('button', { name: /Open Studio/ }).click(),
  ]);
  await studio.waitForLoadState();
  await studio.getByRole('button', { name: 'Run JupyterServer' }).click();
  await expect(studio.getByRole('row', { name: /JupyterServer/ })).toBeVisible();

  await scientist.getByRole('button', { name: /^Look now/ }).click();
  const until = async (text: string) =>
    expect(async () => {
      await scientist.goto(path);
      await expect(scientist.getByText(text, { exact: true })).toBeVisible({ timeout: 200 });
    }).toPass({ timeout: 90_000, intervals: [500] });
  await until('JupyterServer app');
  const seen = await (await browser.newContext()).newPage();
  await signIn(seen, 'fraud-scientist');
  await look(seen, 'fraud-scientist', 'environment-running', path);

  // What nobody uses is stopped by a rule, but for what runs a job.
  const admin = await open();
  await signIn(admin, 'admin');
  await admin.goto('/admin/idle');
  await admin.getByLabel('Minutes').fill('5');
  await admin.getByRole('button', { name: 'Save rule' }).click();
  await expect(admin.getByText('A whole number of minutes from 60').first()).toBeVisible();
  await admin.getByLabel('Minutes').fill('60');
  await admin.getByRole('button', { name: 'Save rule' }).click();
  await expect(admin.getByText('The rule was saved.')).toBeVisible();
  await scientist.goto(path);
  await expect(scientist.getByText(/The rule: Every instance type in every stage: after 1 hour\./)).toBeVisible();
  await scientist.getByText('Something here runs a job').click();
  await scientist.getByLabel('What it does').fill('Trains over night');
  await scientist.getByLabel('For how many hours').fill('200');
  await scientist.getByRole('button', { name: 'Mark it' }).click();
  await expect(scientist.getByText('A whole number of hours from 1 to 168.').first()).toBeVisible();
  await expect(scientist.getByLabel('What it does')).toHaveValue('Trains over night');
  await scientist.getByLabel('For how many hours').fill('12');
  await scientist.getByRole('button', { name: 'Mark it' }).click();
  await expect(scientist.getByText(/as running a job: Trains over night/)).toBeVisible();
  await look(seen, 'fraud-scientist', 'environment-marked', path);
  await scientist.getByRole('button', { name: /^It runs no job any more/ }).click();
  await expect(scientist.getByText('It is no longer marked as running a job.')).toBeVisible();
  const admins = await (await browser.newContext()).newPage();
  await signIn(admins, 'admin');
  await look(admins, 'admin', 'idle-rules', '/admin/idle');
  await admin.goto('/admin/idle');
  await admin.getByText('Remove', { exact: true }).click();
  await admin.getByRole('button', { name: /^Remove the rule/ }).click();
  await expect(admin.getByText('There are no rules yet.')).toBeVisible();
  await scientist.goto(path);

  // An app that is only starting can be stopped as well.
  await scientist.getByRole('button', { name: /^Stop default/ }).click();
  await expect(scientist.getByText('It is being stopped.').first()).toBeVisible();
  await until('Nothing runs.');

  // Less than a day is no extension: the page says from when on there is one.
  await expect(scientist.getByText('It has as much time as one click gives')).toBeVisible();
  await expect(scientist.getByRole('button', { name: 'Extend the lease' })).toHaveCount(0);
  await expect(scientist.getByText('Hold it', { exact: true })).toHaveCount(0);

  // More than that somebody has to agree to.
  await scientist.goto(path);
  await scientist.getByText('Ask for more time', { exact: true }).first().click();
  await scientist.getByLabel('Days from the approval').fill('200');
  await scientist.getByLabel('What you need it for').fill('The campaign goes on until summer');
  await scientist.getByRole('button', { name: 'Ask for more time' }).click();
  await expect(scientist.getByText('Your request was submitted.')).toBeVisible();
  const asked = new URL(scientist.url()).pathname;
  await approve(lead, 'fraud-running');
  await scientist.goto(asked);
  await expect(scientist.getByText('More time for an environment')).toBeVisible();
  await look(seen, 'fraud-scientist', 'request-more-time', asked);

  await lead.goto(path);
  await lead.getByText('Hold it', { exact: true }).click();
  await lead.getByLabel('Why it has to stay').fill('The audit of the spring campaign looks at it.');
  await lead.getByRole('button', { name: 'Hold the environment' }).click();
  await expect(lead.getByText(/A day from \d{4}-\d{2}-\d{2} to/).first()).toBeVisible();
  await expect(lead.getByLabel('Why it has to stay')).toHaveValue('The audit of the spring campaign looks at it.');
  const day = new Date(Date.now() + 30 * 24 * 3600 * 1000).toISOString().slice(0, 10);
  await lead.getByLabel(/^Until/).fill(day);
  await lead.getByRole('button', { name: 'Hold the environment' }).click();
  await expect(lead.getByText('It is held.')).toBeVisible();
  const leads = await (await browser.newContext()).newPage();
  await signIn(leads, 'fraud-lead');
  await look(leads, 'fraud-lead', 'environment-held', path);
  await leads.goto('/environments?attention=held');
  await expect(leads.getByRole('link', { name: 'fraud-running' })).toBeVisible();

  // What is held is terminated by nobody, its owner neither.
  await scientist.goto(path);
  await expect(scientist.getByText('It is held.')).toBeVisible();
  await expect(scientist.getByText('Terminate this environment')).toHaveCount(0);
  await lead.goto(path);
  await lead.getByRole('button', { name: 'Let it go' }).click();
  await expect(lead.getByText('It is held.')).toHaveCount(0);

  // Nobody comes to a choice about the home directories by leaving it alone.
  await scientist.goto(path);
  await scientist.getByText('Terminate this environment').click();
  await scientist.getByLabel('Type fraud-running to confirm').fill('fraud-running');
  await scientist.getByRole('button', { name: 'Terminate environment' }).click();
  const choose = 'Choose whether the home directories are kept or deleted.';
  await expect(scientist.getByRole('alert').getByText(choose)).toBeVisible();
  await expect(scientist.getByRole('radio', { checked: true })).toHaveCount(0);
  await expect(scientist.getByLabel('Type fraud-running to confirm')).toHaveValue('fraud-running');
  await look(seen, 'fraud-scientist', 'environment-files-not-chosen', scientist.url());
  await scientist.goto(path);
  await terminate(scientist, 'fraud-running');
  await reloadUntil(scientist, 'Terminated');
});

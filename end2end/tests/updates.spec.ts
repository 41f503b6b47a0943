import { expect, test } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';
import { approve, fillRequest, openForm, reloadUntil, terminate } from './support/story.ts';

// A bucket alone becomes a bucket with a notebook instance: what that does is shown to both before anything is done.
test('an environment on an old version is updated by a request of its own', async ({ browser }) => {
  test.setTimeout(240_000);
  const open = async () => (await browser.newContext({ javaScriptEnabled: false })).newPage();
  const scientist = await open();
  await signIn(scientist, 'fraud-scientist');
  await openForm(scientist, 'Governed S3 workspace', /Dev/);
  await scientist.getByLabel('Version', { exact: true }).selectOption({ label: '1.0' });
  await scientist.getByRole('button', { name: 'Show the form for this' }).click();
  await fillRequest(scientist, 'fraud-grows');
  await scientist.getByRole('button', { name: 'Submit request' }).click();
  const requestPath = new URL(scientist.url()).pathname;
  const lead = await open();
  await signIn(lead, 'fraud-lead');
  await approve(lead, 'fraud-grows');
  await scientist.goto(requestPath);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  const path = new URL(scientist.url()).pathname;
  await reloadUntil(scientist, 'Available');

  await expect(scientist.getByText('There is a newer version: 1.1.')).toBeVisible();
  const seen = await (await browser.newContext()).newPage();
  await signIn(seen, 'fraud-scientist');
  await look(seen, 'fraud-scientist', 'environment-newer', path);
  await scientist.getByRole('link', { name: 'See what an update to 1.1 would do' }).click();
  const made = scientist.getByRole('listitem').filter({ hasText: 'Notebook' }).filter({ hasText: 'Made' });
  await expect(made.first()).toBeVisible();
  await expect(scientist.getByText('No data is lost by it')).toBeVisible();
  await look(seen, 'fraud-scientist', 'update', `${path}/update`);

  // What is missing is told at its field, and what was typed stays.
  await scientist.getByLabel(/^InstanceType/).selectOption('ml.t3.large');
  await scientist.getByRole('button', { name: 'Ask for the update' }).click();
  await expect(scientist.getByText('Say in a sentence what you need it for').first()).toBeVisible();
  await expect(scientist.getByLabel(/^InstanceType/)).toHaveValue('ml.t3.large');
  await scientist.getByLabel('What you need it for').fill('To score on a notebook instance');
  await scientist.getByRole('button', { name: 'Ask for the update' }).click();
  await expect(scientist.getByText('An update from version 1.0 to 1.1.')).toBeVisible();
  const updatePath = new URL(scientist.url()).pathname;
  const leads = await (await browser.newContext()).newPage();
  await signIn(leads, 'fraud-lead');
  await look(leads, 'fraud-lead', 'request-update', updatePath);

  await approve(lead, 'fraud-grows');
  await scientist.goto(path);
  await reloadUntil(scientist, 'Available');
  await expect(scientist.getByRole('button', { name: /Open notebook/ })).toBeVisible();
  await expect(scientist.getByText('ml.t3.large').first()).toBeVisible();
  await expect(scientist.getByText('There is a newer version')).toHaveCount(0);

  await terminate(scientist, 'fraud-grows');
  await reloadUntil(scientist, 'Terminated');
});

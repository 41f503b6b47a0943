import { expect, test, type Page } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';
import { approve, fillRequest, openForm, reloadUntil, terminate } from './support/story.ts';

/** An environment in the first version of its product. */
async function inFirstVersion(scientist: Page, lead: Page, name: string): Promise<string> {
  await openForm(scientist, 'Governed S3 workspace', /Dev/);
  await scientist.getByLabel('Version', { exact: true }).selectOption({ label: '1.0' });
  await scientist.getByRole('button', { name: 'Show the form for this' }).click();
  await fillRequest(scientist, name);
  await scientist.getByRole('button', { name: 'Submit request' }).click();
  await expect(scientist.getByRole('heading', { level: 1, name })).toBeVisible();
  const request = new URL(scientist.url()).pathname;
  await approve(lead, name);
  await scientist.goto(request);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  await reloadUntil(scientist, 'Available');
  return new URL(scientist.url()).pathname;
}

// A lead brings what the team has to the current version: seen first, decided by others, made one after the other.
test('several environments are updated as one operation', async ({ browser }) => {
  test.setTimeout(420_000);
  const open = async () => (await browser.newContext({ javaScriptEnabled: false })).newPage();
  const scientist = await open();
  await signIn(scientist, 'fraud-scientist');
  const lead = await open();
  await signIn(lead, 'fraud-lead');
  const names = ['fraud-first', 'fraud-second'];
  const paths = [];
  for (const name of names) {
    paths.push(await inFirstVersion(scientist, lead, name));
  }

  await lead.goto('/environments?version=outdated&q=fraud-');
  for (const name of names) {
    await lead.getByRole('checkbox', { name: `Choose environment ${name}` }).check();
  }
  await lead.getByRole('button', { name: /Update to the current version/ }).click();
  await expect(lead.getByText('From version 1.0 to 1.1.')).toHaveCount(2);
  const preview = new URL(lead.url());
  const seen = await (await browser.newContext()).newPage();
  await signIn(seen, 'fraud-lead');
  await look(seen, 'fraud-lead', 'together-update', preview.pathname + preview.search);

  // What is missing is told at its field.
  await lead.getByRole('button', { name: 'Update to the current version for 2 environments' }).click();
  await expect(lead.getByText('Say why: whoever owns them reads this in the audit log.').first()).toBeVisible();
  await lead.getByLabel('Reason', { exact: true }).fill('Version 1.0 is no longer looked after');
  await lead.getByRole('button', { name: 'Update to the current version for 2 environments' }).click();
  await expect(lead.getByText('2 requests wait for their decision.')).toBeVisible();
  const rollout = new URL(lead.url()).pathname;
  expect(rollout).toMatch(/^\/rollouts\//);
  await look(seen, 'fraud-lead', 'rollout', rollout);

  // Nobody decides what they asked for: an admin stands in, once for both.
  const admin = await open();
  await signIn(admin, 'admin');
  await admin.goto('/inbox');
  await expect(admin.getByText(/asks for updates of 2 environments/)).toBeVisible();
  await admin.goto('/approvals');
  for (const name of names) {
    await admin.getByRole('link', { name }).first().click();
    await expect(admin.getByText('It is part of a rollout over several environments.')).toBeVisible();
    await admin.getByRole('button', { name: 'Approve', exact: true }).click();
    await admin.goto('/approvals');
  }
  await lead.goto(rollout);
  await reloadUntil(lead, 'Finished');
  await expect(lead.getByText('2 of 2 environments updated')).toBeVisible();
  await look(seen, 'fraud-lead', 'rollout-finished', rollout);
  await look(seen, 'fraud-lead', 'rollouts', '/rollouts');
  await lead.goto('/inbox');
  await expect(lead.getByText('The rollout is finished: 2 of 2 environments are updated')).toBeVisible();

  for (const [at, path] of paths.entries()) {
    await scientist.goto(path);
    await expect(scientist.getByRole('button', { name: /Open notebook/ })).toBeVisible();
    await terminate(scientist, names[at]!);
    await reloadUntil(scientist, 'Terminated');
  }
});

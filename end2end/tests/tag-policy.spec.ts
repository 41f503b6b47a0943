import { expect, test } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';
import { fillRequest, openForm, reloadUntil, request, terminate } from './support/story.ts';

// What the organization asks of its environments is written once, asked for in forms, and told of what runs already. Without JavaScript.
test('a tag policy is written, asked for, and what runs is put right by it', async ({ browser }) => {
  test.setTimeout(360_000);
  const open = async () => (await browser.newContext({ javaScriptEnabled: false })).newPage();
  const scientist = await open();
  await signIn(scientist, 'fraud-scientist');
  await request(scientist, 'Sandbox Studio', 'tags-before', /Sandbox/);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  const path = new URL(scientist.url()).pathname;
  await reloadUntil(scientist, 'Available');

  const admin = await open();
  await signIn(admin, 'admin');
  await admin.goto('/admin/tag-policy');
  await expect(admin.getByText('There are no rules yet.')).toBeVisible();
  await admin.getByLabel('Key', { exact: true }).fill('Stage');
  await admin.getByLabel('Values').fill('<b>');
  await admin.getByRole('button', { name: 'Save rule' }).click();
  await expect(admin.getByText('The portal sets stage: write it so.').first()).toBeVisible();
  await expect(admin.getByText("AWS takes no '<' in a tag.").first()).toBeVisible();
  await admin.getByLabel('Key', { exact: true }).fill('team');
  await admin.getByLabel('Values').fill('ml-*');
  await admin.getByRole('button', { name: 'Save rule' }).click();
  await expect(admin.getByText('The rule was saved.')).toBeVisible();

  await openForm(scientist, 'Sandbox Studio', /Sandbox/);
  await fillRequest(scientist, 'tags-after');
  await scientist.getByLabel('team').fill('web');
  await scientist.getByRole('button', { name: 'Submit request' }).click();
  await expect(scientist.getByText('The tag policy takes ml-*.').first()).toBeVisible();
  await expect(scientist.getByLabel('team')).toHaveValue('web');
  await scientist.goto(path);
  await scientist.getByRole('button', { name: /^Look (now|again)/ }).click();
  await expect(async () => {
    await scientist.goto(path);
    await expect(scientist.getByText('Its tags are not as they would be given now.')).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 90_000, intervals: [500] });
  await expect(scientist.getByText('A lead of its project or an admin can have them put right.')).toBeVisible();

  const lead = await open();
  await signIn(lead, 'fraud-lead');
  const pictured = await (await browser.newContext()).newPage();
  await signIn(pictured, 'fraud-lead');
  await look(pictured, 'fraud-lead', 'environment-tags', path);
  await lead.goto(path);
  await lead.getByRole('button', { name: 'Put the tags right' }).click();
  await expect(lead.getByText('The tag policy asks for it: ml-*.').first()).toBeVisible();
  await lead.getByLabel('team').fill('ml-fraud');
  await lead.getByRole('button', { name: 'Put the tags right' }).click();
  await expect(lead.getByText('The tags are being changed in AWS.')).toBeVisible();
  await reloadUntil(lead, 'Available');
  await expect(async () => {
    await lead.goto(path);
    await expect(lead.getByText('Its tags are not as they would be given now.')).toBeHidden({ timeout: 200 });
  }).toPass({ timeout: 90_000, intervals: [500] });
  await expect(lead.getByText('ml-fraud')).toBeVisible();

  const seen = await (await browser.newContext()).newPage();
  await signIn(seen, 'admin');
  await look(seen, 'admin', 'tag-policy-rule', '/admin/tag-policy');
  await admin.goto('/admin/tag-policy');
  await admin.getByText('Remove', { exact: true }).click();
  await admin.getByRole('button', { name: /^Remove the rule: team/ }).click();
  await expect(admin.getByText('The rule was removed.')).toBeVisible();
  await scientist.goto(path);
  await terminate(scientist, 'tags-before');
  await reloadUntil(scientist, 'Terminated');
});

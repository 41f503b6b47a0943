import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';
import { approve, reloadUntil, request, terminate } from './support/story.ts';

test('what happens is told in the inbox and to a webhook, and what nobody took is seen and tried again', async ({ browser }) => {
  test.setTimeout(240_000);
  const took: string[] = [];
  let answer = 204;
  const receiver = createServer((incoming, outgoing) => {
    let body = '';
    incoming.on('data', (chunk) => {
      body += chunk;
    });
    incoming.on('end', () => {
      took.push(body);
      outgoing.writeHead(answer).end();
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks/secret-part`;
  const open = async (javaScriptEnabled = false) => (await browser.newContext({ javaScriptEnabled })).newPage();

  const admin = await open();
  await signIn(admin, 'admin');
  await admin.goto('/admin/notifications');
  await expect(admin.getByText('There are no webhooks yet.')).toBeVisible();
  await admin.getByLabel('Name', { exact: true }).fill('Team chat');
  await admin.getByLabel('Written as').selectOption({ label: 'Slack-compatible' });
  await admin.getByLabel('Address').fill('https://evil.example/hooks');
  await admin.getByRole('button', { name: 'Save webhook' }).click();
  await expect(admin.getByText('is not among the hosts').first()).toBeVisible();
  await expect(admin.getByLabel('Name', { exact: true })).toHaveValue('Team chat');
  await expect(admin.getByLabel('Address')).toHaveValue('');
  await admin.getByLabel('Address').fill(url);
  await admin.getByRole('button', { name: 'Save webhook' }).click();
  await expect(admin.getByText('The webhook was saved.')).toBeVisible();
  expect(await admin.content()).not.toContain('secret-part');

  answer = 410;
  await admin.getByRole('button', { name: 'Send a test to Team chat' }).click();
  await expect(admin.getByText('A test is on its way.')).toBeVisible();
  await expect(async () => {
    await admin.goto('/admin/notifications');
    await expect(admin.getByText('A test of Studiogate')).toBeVisible({ timeout: 500 });
  }).toPass();
  const seen = await open(true);
  await signIn(seen, 'admin');
  await look(seen, 'admin', 'notifications', '/admin/notifications');
  answer = 204;
  await admin.getByRole('button', { name: /^Try again: Webhook Team chat/ }).click();
  await expect(admin.getByText('Nothing was given up.')).toBeVisible();

  const scientist = await open();
  await signIn(scientist, 'fraud-scientist');
  const path = await request(scientist, 'Studio user profile', 'told-of', /Dev/);
  const lead = await open(true);
  await signIn(lead, 'fraud-lead');
  await expect(async () => {
    await lead.goto('/inbox');
    await expect(lead.getByRole('link', { name: /asks for Studio user profile: told-of/ })).toBeVisible({ timeout: 500 });
  }).toPass();
  await look(lead, 'lead', 'inbox', '/inbox');
  // The link opens the page, and does nothing.
  await lead.getByRole('link', { name: /asks for Studio user profile: told-of/ }).click();
  await expect(lead).toHaveURL(path);
  await lead.goto('/inbox');
  await lead.getByRole('button', { name: 'Mark all as read' }).click();
  await expect(lead.getByText(/marked as read/)).toBeVisible();
  await expect(lead.getByRole('button', { name: 'Mark all as read' })).toHaveCount(0);
  await approve(lead, 'told-of');
  await scientist.goto(path);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  await reloadUntil(scientist, 'Available');
  const environment = new URL(scientist.url()).pathname;
  await expect(async () => {
    await scientist.goto('/inbox');
    await expect(scientist.getByRole('link', { name: 'told-of is ready' })).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(scientist.getByText('approved the request for told-of')).toBeVisible();
  await expect.poll(() => took.filter((body) => body.includes('told-of')).length).toBeGreaterThanOrEqual(3);

  await admin.goto('/admin/notifications');
  await admin.getByText('Remove', { exact: true }).click();
  await admin.getByRole('button', { name: 'Remove webhook Team chat' }).click();
  await expect(admin.getByText('The webhook was removed.')).toBeVisible();
  receiver.close();

  // A second profile of the same person cannot be made: other walks make theirs.
  await scientist.goto(environment);
  await terminate(scientist, 'told-of');
  await reloadUntil(scientist, 'Terminated');
});

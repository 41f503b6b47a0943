import { expect, test, type Page } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';
import { reloadUntil } from './support/story.ts';

const DENY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: 'NoPeering', Effect: 'Deny', Action: 'ec2:CreateVpcPeeringConnection', Resource: '*' }],
}, null, 2);

async function applies(page: Page, title: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByText('The change is being applied.')).toBeVisible();
  await reloadUntil(page, 'Applied');
}

test('a policy is written, looked at, applied and taken back, without JavaScript', async ({ browser }) => {
  const admin = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(admin, 'admin', '/organization/policies');
  await admin.locator('summary', { hasText: 'New policy' }).click();
  await admin.getByLabel('Name', { exact: true }).fill('no-peering');
  await admin.getByLabel('Document').fill('{"Version": "2012-10-17", "Statement": []}');
  await admin.getByRole('button', { name: 'See what it does' }).click();
  await expect(admin.getByText(/Line 1, column \d+/).first()).toBeVisible();
  await expect(admin.getByLabel('Name', { exact: true })).toHaveValue('no-peering');
  await admin.getByLabel('Document').fill(DENY);
  await admin.getByRole('button', { name: 'See what it does' }).click();
  await applies(admin, 'Create no-peering');

  const seen = await (await browser.newContext()).newPage();
  await signIn(seen, 'admin');
  await look(seen, 'admin', 'policy-change-applied', new URL(admin.url()).pathname);
  await look(seen, 'admin', 'policy-changes', '/organization/changes');

  await admin.getByRole('button', { name: 'Take back this change' }).click();
  await applies(admin, 'Delete no-peering');
  const auditor = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(auditor, 'auditor', '/organization/changes');
  await auditor.getByRole('link', { name: 'Delete no-peering' }).click();
  await expect(auditor.getByText('Applied', { exact: true })).toBeVisible();
  await expect(auditor.getByRole('button', { name: /Take|Try again/ })).toHaveCount(0);
  await auditor.goto('/organization/policies');
  await expect(auditor.getByText('no-peering')).toHaveCount(0);
});

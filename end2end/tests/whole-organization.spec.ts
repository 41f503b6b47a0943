import { expect, test } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';

// The last of the files: a unit that is made stays.
test('the organization is brought to a blueprint that was looked at', async ({ browser }) => {
  test.setTimeout(360_000);
  const admin = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(admin, 'admin');
  await admin.goto('/organization/blueprint');
  await expect(admin.getByText('No blueprint was applied yet.')).toBeVisible();
  const blueprint = (text: string) => admin.getByLabel('Blueprint', { exact: true }).fill(text);
  await blueprint('[[unit]]\npath = 1\n');
  await admin.getByRole('button', { name: 'Look at what it would do' }).click();
  await expect(admin.getByText(/Line 2, column 8/).first()).toBeVisible();
  await blueprint('[[unit]]\npath = "Research"\npolicies = ["deny-sagemaker-endpoints"]\n\n[[account]]\naccount = "churn-prediction-sandbox"\nunit = "Research"\n');
  await admin.getByRole('button', { name: 'Look at what it would do' }).click();
  await expect(admin.getByText('Make the organizational unit Research', { exact: true })).toBeVisible();
  const plan = new URL(admin.url());
  const seen = await (await browser.newContext()).newPage();
  await signIn(seen, 'admin');
  await look(seen, 'admin', 'blueprint-plan', plan.pathname + plan.search);
  await admin.getByRole('button', { name: 'Apply 3 steps' }).click();
  await expect(admin.getByText('The blueprint is being applied.')).toBeVisible();
  await expect(async () => {
    await admin.goto('/organization/blueprint');
    await expect(admin.getByText('Nothing: the organization is as it is described.')).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 90_000, intervals: [500] });
  await look(seen, 'admin', 'blueprint-applied', '/organization/blueprint');
  const auditor = await (await browser.newContext()).newPage();
  await signIn(auditor, 'auditor');
  await auditor.goto('/organization/blueprint');
  await expect(auditor.getByRole('button', { name: /Apply/ })).toBeHidden();
});

import { expect, test } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';

const MATRIX = '/organization/matrix?within=601000000002';

test('an auditor probes an account, and sees what AWS says beside each verdict, without JavaScript', async ({ browser }) => {
  const auditor = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(auditor, 'auditor', MATRIX);
  await auditor.getByRole('button', { name: /^Probe (?!all|the)/ }).click();
  await expect(auditor.getByText('One account is being probed.', { exact: true })).toBeVisible();
  await expect(auditor).toHaveURL(/within=601000000002/);
  await expect(async () => {
    await auditor.goto(MATRIX);
    await expect(auditor.getByText('Denied at AWS by a service control policy').first()).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 60_000, intervals: [500] });
  await expect(auditor.getByText('Not probed: whatever asks for it does it where it is allowed.')).toBeVisible();
  await expect(auditor.getByText('Got through at AWS').first()).toBeVisible();

  const seen = await (await browser.newContext()).newPage();
  await signIn(seen, 'auditor');
  await look(seen, 'auditor', 'organization-probed', MATRIX);
});

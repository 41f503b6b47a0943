import { expect, test, type Page } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';
import { approve, reloadUntil, request } from './support/story.ts';

async function openStudio(page: Page, environment: string): Promise<Page> {
  await page.goto(environment);
  const [studio] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('button', { name: /Open Studio/ }).click(),
  ]);
  await studio.waitForLoadState();
  return studio;
}

async function revoke(page: Page, reach: RegExp, reason: string): Promise<string> {
  await page.getByLabel(reach).check();
  await page.getByLabel('Reason').fill(reason);
  await page.getByRole('button', { name: 'Revoke access now' }).click();
  await expect(page).toHaveURL(/\/revocations\//);
  await reloadUntil(page, 'Revoked');
  return new URL(page.url()).pathname;
}

// Somebody is cut off while Studio is open: by a lead from one environment, by an admin from everything; and let in again.
test('cut off at once, and let in again', async ({ browser }) => {
  test.setTimeout(480_000);
  const as = async (persona: Parameters<typeof signIn>[1], path = '/') => {
    const page = await (await browser.newContext()).newPage();
    await signIn(page, persona, path);
    return page;
  };
  const scientist = await as('churn-scientist');
  const requestPath = await request(scientist, 'Studio environment', 'churn-cut', /Dev/);
  const lead = await as('churn-lead');
  await approve(lead, 'churn-cut');
  await scientist.goto(requestPath);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  await expect(scientist).toHaveURL(/\/environments\//);
  const environment = new URL(scientist.url()).pathname;
  await reloadUntil(scientist, 'Available');
  const studio = await openStudio(scientist, environment);
  await expect(studio.locator('body')).toContainText('studiouserid');

  await lead.goto(environment);
  await lead.getByRole('link', { name: 'Revoke access' }).click();
  // Nothing is chosen for anybody, and what was typed comes back with what is missing.
  await lead.getByLabel('Reason').fill('A laptop was stolen');
  await lead.getByRole('button', { name: 'Revoke access now' }).click();
  await expect(lead.getByRole('alert')).toContainText('Choose how far it reaches.');
  await expect(lead.getByLabel('Reason')).toHaveValue('A laptop was stolen');
  await look(lead, 'churn-lead', 'revoke', new URL(lead.url()).pathname + new URL(lead.url()).search);
  const first = await revoke(lead, /^This environment/, 'A laptop was stolen');
  await look(lead, 'churn-lead', 'revocation', first);
  await look(lead, 'churn-lead', 'revocations', '/revocations');

  // The page that was open stops at its next request.
  const refused = await studio.reload();
  expect(refused?.status()).toBe(403);
  await expect(studio.locator('body')).not.toContainText('studiouserid');
  await look(scientist, 'churn-scientist', 'environment-revoked', environment);
  await expect(scientist.getByRole('button', { name: /Open Studio/ })).toHaveCount(0);
  await expect(scientist.getByRole('main')).not.toContainText('stolen');

  await lead.goto(first);
  await lead.getByRole('button', { name: 'Restore access' }).click();
  await reloadUntil(lead, 'Restored');
  const again = await openStudio(scientist, environment);
  await expect(again.locator('body')).toContainText('studiouserid');

  const admin = await as('admin', '/admin/people');
  await admin.getByRole('listitem').filter({ hasText: 'churn-scientist' }).getByRole('link', { name: /Cut off/ }).click();
  const all = await revoke(admin, /everywhere/, 'Under investigation');
  // The session is over, and a new one leads nowhere.
  await scientist.goto('/');
  await scientist.locator('button[name="persona"][value="churn-scientist"]').click();
  await expect(scientist.getByRole('main')).toContainText('Your access to the portal is revoked.');
  await look(scientist, 'churn-scientist', 'cut-off', '/');
  expect((await scientist.goto(environment))?.status()).toBe(403);
  await admin.goto(all);
  await admin.getByRole('button', { name: 'Restore access' }).click();
  await reloadUntil(admin, 'Restored');
  await scientist.goto(environment);
  await expect(scientist.getByRole('button', { name: /Open Studio/ })).toBeVisible();
});

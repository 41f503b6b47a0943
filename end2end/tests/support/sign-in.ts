import { expect, type Page } from '@playwright/test';

export type Persona =
  | 'fraud-scientist' | 'churn-scientist' | 'fraud-lead' | 'churn-lead' | 'admin' | 'auditor' | 'newcomer';

/** Signs in at the demo provider and comes back to `path`. */
export async function signIn(page: Page, persona: Persona, path = '/'): Promise<void> {
  await page.goto(path);
  await page.locator(`button[name="persona"][value="${persona}"]`).click();
  await page.waitForURL((url) => url.pathname === path.split('?')[0]);
  await expect(page.getByRole('main')).toBeVisible();
}

/** Signs out of the portal and of the provider, by the menu that carries the person's name. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole('banner').locator('summary').last().click();
  await page.getByRole('button', { name: /sign out/i }).click();
  await expect(page).toHaveURL(/\/auth\/signed-out/);
}

import { expect, type Locator, type Page } from '@playwright/test';

/** Opens the form of a product, for the account whose label is like `account`. */
export async function openForm(page: Page, product: string, account?: RegExp): Promise<void> {
  await page.goto('/catalog');
  await page.getByRole('link', { name: product, exact: true }).first().click();
  await page.getByRole('main').getByRole('link', { name: /^request/i }).first().click();
  if (account) {
    const select = page.getByLabel('Account', { exact: true });
    const label = (await select.locator('option').allTextContents()).find((text) => account.test(text));
    expect(label, `an account like ${account}`).toBeTruthy();
    await select.selectOption({ label: label! });
    await page.getByRole('button', { name: 'Show the form for this' }).click();
    await page.waitForURL(/[?&]draft=/);
  }
}

export async function fillRequest(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('What you need it for').fill('Scoring card payments for the spring campaign');
}

/** Asks for a product by its name; answers the path of the request (or of what it became). */
export async function request(page: Page, product: string, name: string, account?: RegExp): Promise<string> {
  await openForm(page, product, account);
  await fillRequest(page, name);
  await page.getByRole('button', { name: 'Submit request' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** Finds the request in the inbox and approves it. */
export async function approve(page: Page, name: string): Promise<void> {
  await page.goto('/approvals');
  await page.getByRole('link', { name: new RegExp(name) }).first().click();
  await page.getByLabel(/^Comment/).fill('Fine, until the campaign ends');
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(page.getByRole('status').or(page.getByText(/approved/i)).first()).toBeVisible();
}

/** The word that tells the state of the environment on its page. */
export function state(page: Page): Locator {
  return page.getByRole('main').locator('.badge').first();
}

/** Looks at the environment until it is `wanted`, as a person without JavaScript does: by loading the page again. */
export async function reloadUntil(page: Page, wanted: string): Promise<void> {
  await expect(async () => {
    await page.reload();
    await expect(state(page)).toHaveText(wanted, { timeout: 200 });
  }).toPass({ timeout: 90_000, intervals: [500] });
}

/** Chooses what becomes of the home directories, where the environment has a domain of its own; nothing is chosen beforehand. */
export async function chooseFiles(page: Page, files: 'Keep' | 'Delete'): Promise<void> {
  const choice = page.getByRole('radiogroup', { name: 'The home directories' });
  if ((await choice.count()) > 0) {
    await choice.getByRole('radio', { name: `${files} them` }).check();
  }
}

/** Terminates by choosing and typing the name. */
export async function terminate(page: Page, name: string, files: 'Keep' | 'Delete' = 'Delete'): Promise<void> {
  await page.getByText('Terminate this environment').click();
  await chooseFiles(page, files);
  await page.getByLabel(`Type ${name} to confirm`).fill(name);
  await page.getByRole('button', { name: 'Terminate environment' }).click();
}

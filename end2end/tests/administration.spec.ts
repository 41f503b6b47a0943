import { expect, test } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';
import { signIn } from './support/sign-in.ts';

test('an account is entered, changed by one of two admins, and removed, without JavaScript', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 900 } });
  const page = await context.newPage();
  await signIn(page, 'admin', '/admin/projects');
  await page.getByLabel('Short name').fill('spec-project');
  await page.getByLabel('Name', { exact: true }).fill('Project of the specification');
  await page.getByLabel('Cost center').fill('CC-9');
  await page.getByRole('button', { name: 'Create project' }).click();
  await expect(page).toHaveURL(/\/admin\/projects\/spec-project/);

  await page.getByLabel('Account id').fill('609000000001');
  await page.getByLabel('Region').fill('eu-west-1');
  const name = page.locator('#account').getByLabel('Name', { exact: true });
  await name.fill('spec-dev');
  await page.getByRole('button', { name: 'Save account' }).click();
  await expect(page.getByText('The account was saved.')).toBeVisible();

  // Two admins open it; the second one to save is told.
  const change = { name: 'Change account spec-dev' };
  const other = await context.newPage();
  await other.goto('/admin/projects/spec-project');
  await other.getByRole('link', change).click();
  await page.getByRole('link', change).click();
  await expect(name).toHaveValue('spec-dev');
  await name.fill('spec-renamed');
  await page.getByRole('button', { name: 'Save account' }).click();
  await expect(page.getByText('The account was saved.')).toBeVisible();
  await other.locator('#account').getByLabel('Name', { exact: true }).fill('spec-late');
  await other.getByRole('button', { name: 'Save account' }).click();
  await expect(other.getByText('changed while you looked at it')).toBeVisible();

  await page.goto('/admin/projects/spec-project');
  const row = page.getByRole('listitem').filter({ hasText: 'spec-renamed' });
  const remove = row.getByRole('button', { name: 'Remove account spec-renamed' });
  await expect(remove).toBeHidden();
  await row.locator('details.removal > summary').click();
  await expect(row.getByText('Nothing changes in AWS.')).toBeVisible();
  await remove.click();
  await expect(page.getByText('The account was removed from the project.')).toBeVisible();
  await context.close();
});

test('the product page tells what the organization forbids, and the catalog is filtered by what it takes', async ({ page }) => {
  await signIn(page, 'fraud-scientist', '/catalog');
  await page.getByRole('link', { name: 'Studio environment', exact: true }).first().click();
  const main = page.getByRole('main');
  await expect(main).toContainText('What the organization forbids here');
  await expect(main).toContainText('deny-sagemaker-endpoints at Workloads_Dev denies sagemaker:CreateEndpoint');
  await expect(main).toContainText('GPU instances are not offered here');
  await expectAccessible(page);
  await page.goto('/catalog');
  await page.getByLabel('Time to come up').selectOption('5');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await expect(page).toHaveURL(/within=5/);
  await expect(page.getByLabel('Time to come up')).toHaveValue('5');
});

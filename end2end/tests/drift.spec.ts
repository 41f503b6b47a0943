import { expect, test } from '@playwright/test';
import { localAws } from '../playwright.config';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';

const template = `Description: A topic of a team
Parameters:
  Purpose: {Type: String, Default: exploration, Description: What it is for}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {KmsMasterKeyId: alias/aws/sns, DisplayName: !Ref Purpose}
`;

test('what was made in the AWS console is kept, or taken away; and a file says what it would change', async ({ page, request }) => {
  test.setTimeout(240_000);
  await signIn(page, 'admin', '/admin/drift');
  await expect(page.getByText('Nothing is other than it was left here.')).toBeVisible();

  const made = { like: 'Studio user profile', products: 2, versions: 2, template };
  expect((await request.post(`${localAws}/_local/products`, { data: made })).ok()).toBe(true);
  await page.goto('/admin/products');
  await page.getByRole('button', { name: 'Read the catalog again' }).click();
  await expect(page).toHaveURL(/\/admin\/products/);
  await expect(async () => {
    await page.goto('/admin/products');
    await expect(page.getByText('2 things of the catalog were changed elsewhere.')).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 60_000, intervals: [500] });
  await page.getByRole('link', { name: 'Keep what is other, or put it back' }).click();
  await expect(page.getByText('Not made here')).toHaveCount(2);
  await look(page, 'admin', 'drift', '/admin/drift');

  await page.getByRole('button', { name: 'Keep it: Product Studio user profile 001' }).click();
  await expect(page.getByText('It is to be as it is in AWS.')).toBeVisible();
  await expect(page.getByText('Not made here')).toHaveCount(1);
  await page.getByRole('button', { name: 'Take it away: Product Studio user profile 002' }).click();
  await expect(page).toHaveURL(/\/admin\/changes\//);
  await expect(async () => {
    await page.goto('/admin/drift');
    await expect(page.getByText('Nothing is other than it was left here.')).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 120_000, intervals: [1_000] });
  await page.goto('/admin/products');
  await expect(page.getByRole('link', { name: 'Studio user profile 001' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Studio user profile 002' })).toHaveCount(0);

  // The catalog as it is now changes nothing; with another provider of a portfolio, that.
  await page.getByRole('link', { name: 'As a file' }).click();
  await page.getByRole('link', { name: 'The catalog as it is' }).click();
  const file = page.getByLabel('catalog.toml');
  await expect(file).toHaveValue(/name = "Studio user profile 001"/);
  await page.getByRole('button', { name: 'Look at what it would change' }).click();
  await expect(page.getByText('Nothing: the catalog is as the file says.')).toBeVisible();
  const text = await file.inputValue();
  await file.fill(text.replace(/^provider = ".*"$/m, 'provider = "Another team"'));
  await page.getByRole('button', { name: 'Look at what it would change' }).click();
  await expect(page.getByText('1 change. The command')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: /^Change portfolio / })).toHaveCount(1);
  const address = new URL(page.url());
  await look(page, 'admin', 'catalog-files', `${address.pathname}${address.search}`);
  await file.fill(text.replace('[[portfolio]]', '[[portfolio'));
  await page.getByRole('button', { name: 'Look at what it would change' }).click();
  await expect(page.getByText(/Line \d+, column \d+/).first()).toBeVisible();
  await expect(file).toHaveValue(/^\[\[portfolio$/m);
});

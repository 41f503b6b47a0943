import { expect, test, type Page } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';
import { reloadUntil } from './support/story.ts';

const template = (description: string, encrypted: boolean) => `Description: ${description}
Parameters:
  Owner: {Type: String}
  Project: {Type: String}
  Stage: {Type: String}
  CostCenter: {Type: String}
  DataClass: {Type: String}
  Key: {Type: String}
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
${encrypted ? `      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: 'aws:kms', KMSMasterKeyID: !Ref Key}
` : ''}      VersioningConfiguration: {Status: Enabled}
      PublicAccessBlockConfiguration:
        {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
      Tags:
        - {Key: studiouserid, Value: !Ref Owner}
        - {Key: project, Value: !Ref Project}
        - {Key: stage, Value: !Ref Stage}
        - {Key: cost-center, Value: !Ref CostCenter}
        - {Key: data-class, Value: !Ref DataClass}
`;

async function check(page: Page, name: string, text: string): Promise<void> {
  await page.goto('/admin/templates');
  await page.getByLabel('Template file').setInputFiles({ name, mimeType: 'text/yaml', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Check the template' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
}

test('a product is made of a template that was refused and mended, gets a version, and its old one is deprecated', async ({ browser }) => {
  test.setTimeout(240_000);
  const admin = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(admin, 'admin', '/admin/templates');
  await admin.getByRole('button', { name: 'Check the template' }).click();
  await expect(admin.getByText('Choose a file, or paste the template.').first()).toBeVisible();

  await check(admin, 'records.yaml', template('A bucket for records', false));
  await expect(admin.getByRole('cell', { name: 'bucket_encrypted' })).toBeVisible();
  await expect(admin.getByRole('button', { name: 'Make the product' })).toHaveCount(0);
  const refused = new URL(admin.url()).pathname;

  // Mended where it is shown.
  await admin.locator('summary', { hasText: 'Change it and check again' }).click();
  await admin.getByRole('textbox', { name: 'Template' }).fill(template('A bucket for records', true));
  await admin.getByRole('button', { name: 'Check the template' }).click();
  await expect(admin.getByText('every rule passes')).toBeVisible();
  const good = new URL(admin.url()).pathname;

  await admin.locator('summary', { hasText: 'Make a product of it' }).click();
  await admin.getByLabel('Name of the product').fill('Records bucket');
  await admin.getByRole('button', { name: 'Make the product' }).click();
  await expect(admin.locator('#field-product-product-owner-error')).toBeVisible();
  await expect(admin.getByLabel('Name of the product')).toHaveValue('Records bucket');
  await admin.getByLabel('Owner', { exact: true }).fill('Platform');
  await admin.locator('#product').getByLabel('Name of the version').fill('1.0');
  await admin.getByRole('button', { name: 'Make the product' }).click();
  await expect(admin.getByRole('heading', { level: 1 })).toHaveText('Add product Records bucket');
  await reloadUntil(admin, 'Applied');
  await admin.getByRole('link', { name: 'its page' }).click();
  await expect(admin.getByRole('heading', { level: 1 })).toHaveText('Records bucket');
  const product = new URL(admin.url()).pathname;

  await check(admin, 'records-2.yaml', template('A bucket for records, and more of them', true));
  await admin.locator('summary', { hasText: 'Make it a version of a product' }).click();
  await admin.locator('#version').getByLabel('Product', { exact: true }).selectOption({ label: 'Records bucket' });
  await admin.locator('#version').getByLabel('Name of the version').fill('2.0');
  await admin.getByRole('button', { name: 'Make the version' }).click();
  await reloadUntil(admin, 'Applied');
  const change = new URL(admin.url()).pathname;
  await admin.goto(product);
  await admin.getByRole('button', { name: 'Deprecate version 1.0' }).click();
  await reloadUntil(admin, 'Applied');
  await admin.goto(product);
  await expect(admin.getByRole('row', { name: /^1\.0/ })).toContainText('Deprecated');
  await expect(admin.getByRole('row', { name: /^2\.0/ })).toContainText('Offered first');

  // Nobody sees it before a project is given access.
  const scientist = await (await browser.newContext()).newPage();
  await signIn(scientist, 'fraud-scientist', '/catalog');
  await expect(scientist.getByRole('link', { name: 'Records bucket' })).toHaveCount(0);
  await admin.locator('#access').getByLabel('Project').selectOption('fraud-detection');
  await admin.locator('#access').getByLabel('Stage').selectOption('dev');
  await admin.locator('#access').getByRole('button', { name: /^Save|^Give/ }).click();
  await scientist.goto('/catalog');
  await expect(scientist.getByRole('link', { name: 'Records bucket' }).first()).toBeVisible();

  const seen = await (await browser.newContext()).newPage();
  await signIn(seen, 'admin');
  for (const [name, path] of [['template-refused', refused], ['template', good], ['catalog-change', change],
    ['catalog-changes', '/admin/changes'], ['product-versions', product], ['templates', '/admin/templates']]) {
    await look(seen, 'admin', name, path);
  }
});

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
  test.setTimeout(480_000);
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
    ['catalog-changes', '/admin/changes'], ['catalog-drift', '/admin/drift'], ['product-versions', product], ['templates', '/admin/templates']]) {
    await look(seen, 'admin', name, path);
  }

  // Side by side.
  await admin.goto(product);
  await admin.getByRole('link', { name: 'Two versions side by side' }).click();
  await expect(admin.getByText('A bucket for records, and more of them')).toBeVisible();
  await look(seen, 'admin', 'versions-compared', `${product}/versions`);

  // A portfolio of its own, with the product in it and its values limited there.
  await admin.goto('/admin/portfolios');
  await admin.locator('summary', { hasText: 'Make a portfolio' }).click();
  await admin.getByRole('button', { name: 'Make the portfolio' }).click();
  await expect(admin.locator('#field-portfolio-name-error')).toBeVisible();
  await admin.getByLabel('Name of the portfolio').fill('Records of teams');
  await admin.getByLabel('Provider').fill('Platform');
  await admin.getByLabel('Tags').fill('stage = dev');
  await admin.getByRole('button', { name: 'Make the portfolio' }).click();
  await expect(admin.getByText(/set by the portal/).first()).toBeVisible();
  await expect(admin.getByLabel('Name of the portfolio')).toHaveValue('Records of teams');
  await admin.getByLabel('Tags').fill('team = records');
  await admin.getByRole('button', { name: 'Make the portfolio' }).click();
  await reloadUntil(admin, 'Applied');
  await admin.getByRole('link', { name: 'Records of teams' }).click();
  const portfolio = new URL(admin.url()).pathname;
  await admin.locator('summary', { hasText: 'Put a product into it' }).click();
  await admin.getByLabel('Product', { exact: true }).selectOption({ label: 'Records bucket' });
  await admin.getByRole('button', { name: 'Put it here' }).click();
  await reloadUntil(admin, 'Applied');

  await admin.goto(product);
  await admin.getByRole('link', { name: 'Change what holds in Records of teams' }).click();
  const holds = new URL(admin.url());
  await admin.locator('summary', { hasText: 'Allow some values of a parameter' }).click();
  const allowed = admin.locator('#allowed');
  await allowed.getByLabel('Parameter', { exact: true }).selectOption('DataClass');
  await allowed.getByLabel('Values that can be chosen').fill('internal\nconfidential');
  await allowed.getByLabel('Values to try it with').fill('DataClass = restricted');
  await allowed.getByRole('button', { name: 'Try it' }).click();
  await expect(admin.getByText('The values that were tried are refused.')).toBeVisible();
  const tried = new URL(admin.url());
  await expect(admin.locator('#allowed').getByLabel('Values that can be chosen')).toHaveValue('internal\nconfidential');
  await admin.locator('#allowed').getByRole('button', { name: 'Save the constraint' }).click();
  await reloadUntil(admin, 'Applied');
  await admin.goto(holds.pathname + holds.search);
  await expect(admin.getByRole('row', { name: /TEMPLATE/ })).toContainText('internal');
  for (const [name, path] of [['portfolios', '/admin/portfolios'], ['portfolio', portfolio],
    ['constraints', holds.pathname + holds.search]]) {
    await look(seen, 'admin', name, path);
  }
  await admin.goto(tried.pathname + tried.search);
  await expect(admin.getByText('The values that were tried are refused.')).toBeVisible();

  // A tag that people choose, on the portfolio.
  await admin.goto('/admin/tags');
  await admin.locator('summary', { hasText: 'Make a TagOption' }).click();
  await admin.getByRole('button', { name: 'Make the TagOption' }).click();
  await expect(admin.locator('#field-new-tag-key-error')).toBeVisible();
  await admin.getByLabel('Key', { exact: true }).fill('records-kind');
  await admin.getByLabel('Value', { exact: true }).fill('ledger');
  await admin.getByRole('button', { name: 'Make the TagOption' }).click();
  await reloadUntil(admin, 'Applied');
  await admin.goto('/admin/tags');
  await admin.getByRole('link', { name: 'records-kind = ledger' }).click();
  await admin.locator('summary', { hasText: 'Put it on a portfolio or product' }).click();
  await admin.getByLabel('On', { exact: true }).selectOption({ label: 'Records of teams (portfolio)' });
  await admin.getByRole('button', { name: 'Put it there' }).click();
  await reloadUntil(admin, 'Applied');
  await look(seen, 'admin', 'tag-options', '/admin/tags');
  await admin.goto('/admin/tags');
  await admin.getByRole('link', { name: 'records-kind = ledger' }).click();
  await expect(admin.getByRole('row', { name: /^Records of teams Portfolio/ })).toBeVisible();
  await look(seen, 'admin', 'tag-option', new URL(admin.url()).pathname);
  await admin.getByRole('button', { name: 'Take off Records of teams: records-kind = ledger' }).click();
  await reloadUntil(admin, 'Applied');

  // Out again, and the portfolio goes.
  await admin.goto(portfolio);
  await admin.locator('summary[aria-label="Take out Records bucket"]').click();
  await admin.getByRole('button', { name: 'Take out Records bucket' }).click();
  await reloadUntil(admin, 'Applied');
  await admin.goto(portfolio);
  await admin.locator('summary[aria-label="Delete Records of teams"]').click();
  await admin.getByRole('button', { name: 'Delete Records of teams' }).click();
  await reloadUntil(admin, 'Applied');
  await expect(admin.getByRole('button', { name: /Take back/ })).toBeVisible();
});

test('a portfolio is shared to a unit with its principals, and the portal says who sees what and why', async ({ browser }) => {
  test.setTimeout(480_000);
  const admin = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  const seen = await (await browser.newContext()).newPage();
  await signIn(admin, 'admin', '/admin/portfolios');
  await signIn(seen, 'admin');

  await admin.locator('summary', { hasText: 'Make a portfolio' }).click();
  await admin.getByLabel('Name of the portfolio').fill('Shared environments');
  await admin.getByLabel('Provider').fill('Platform');
  await admin.getByRole('button', { name: 'Make the portfolio' }).click();
  await reloadUntil(admin, 'Applied');
  await admin.getByRole('link', { name: 'Shared environments' }).click();
  const portfolio = new URL(admin.url()).pathname;
  await expect(admin.getByText('It is shared to nobody')).toBeVisible();

  await admin.locator('summary', { hasText: 'Let somebody launch from it' }).click();
  await admin.getByLabel('Principal', { exact: true }).fill('StudiogateProvisioner');
  await admin.getByRole('button', { name: 'Let it launch' }).click();
  await expect(admin.locator('#field-principal-principal-error')).toContainText('no ARN of IAM');
  await expect(admin.getByLabel('Principal', { exact: true })).toHaveValue('StudiogateProvisioner');
  await admin.getByLabel('Principal', { exact: true }).fill('arn:aws:iam:::role/Studiogate*');
  await admin.getByRole('button', { name: 'Let it launch' }).click();
  await reloadUntil(admin, 'Applied');
  await admin.goto(portfolio);
  await expect(admin.getByText('A wildcard lets in whoever has a fitting name')).toBeVisible();

  await admin.locator('summary', { hasText: 'Share it' }).click();
  const share = admin.locator('#share');
  await share.getByLabel('Whom to share it to').selectOption({ label: 'Any account, by its number: it has to accept' });
  await share.getByLabel('Its number or id').fill('12345');
  await share.getByRole('button', { name: 'Share it' }).click();
  await expect(admin.locator('#field-share-share-id-error')).toContainText('twelve digits');
  await expect(admin.locator('#share').getByLabel('Its number or id')).toHaveValue('12345');
  await admin.locator('#share').getByLabel('Whom to share it to').selectOption({ label: 'Workloads_Dev (unit)' });
  await admin.locator('#share').getByRole('button', { name: 'Share it' }).click();
  await expect(admin.getByRole('heading', { level: 1 })).toHaveText('Share Shared environments to Workloads_Dev');
  await reloadUntil(admin, 'Applied');
  await admin.goto(portfolio);
  await expect(admin.getByRole('row', { name: /Workloads_Dev/ }).first()).toContainText('TagOptions and principals');
  await expect(admin.getByRole('row', { name: /fraud-detection-dev/ })).toContainText('Can launch');
  await expect(admin.getByRole('row', { name: /fraud-detection-prod/ })).toContainText('Does not have it');
  await look(seen, 'admin', 'portfolio-access', portfolio);
  await admin.getByRole('button', { name: 'Keep principals back: Workloads_Dev' }).click();
  await reloadUntil(admin, 'Applied');
  await admin.getByRole('button', { name: /Take back/ }).click();
  await reloadUntil(admin, 'Applied');

  // A template of the portal, and one that an admin lets pass.
  await admin.goto('/admin/templates');
  await admin.locator('summary', { hasText: 'Take one that comes with the portal' }).click();
  await admin.getByLabel('Template of the portal').selectOption({ label: 'Sandbox Studio 1.1' });
  await admin.getByRole('button', { name: 'Take it' }).click();
  await expect(admin.getByRole('heading', { level: 1 })).toHaveText('sandbox-studio-1.1.yaml');
  await admin.locator('summary', { hasText: 'Make a product of it' }).click();
  await expect(admin.getByLabel('Name of the product')).toHaveValue('Sandbox Studio');
  await check(admin, 'macro.yaml', 'Transform: AWS::LanguageExtensions\nResources:\n  Handle: {Type: AWS::CloudFormation::WaitConditionHandle}\n');
  const macro = new URL(admin.url()).pathname;
  await admin.locator('summary', { hasText: 'Let something pass for a while' }).click();
  await admin.getByRole('button', { name: 'Let it pass' }).click();
  await expect(admin.locator('#field-waive-waiver-reason-error')).toBeVisible();
  await admin.getByLabel('Why it may pass').fill('Looked at by hand');
  await admin.getByRole('button', { name: 'Let it pass' }).click();
  await expect(admin.getByText('Looked at by hand')).toBeVisible();
  await look(seen, 'admin', 'template-waived', macro);
  await admin.goto(macro);
  await admin.getByRole('button', { name: 'Let pass no more: transform' }).click();
  await expect(admin.getByText('1 thing to mend').first()).toBeVisible();

  // Why somebody sees a product.
  await admin.goto('/admin/products');
  await admin.getByRole('link', { name: 'Studio environment' }).first().click();
  await admin.getByRole('link', { name: 'Who sees it, and why' }).click();
  const person = admin.getByLabel('E-mail address or Studio user id');
  await person.fill('nobody@example.com');
  await admin.getByRole('button', { name: 'Explain' }).click();
  await expect(admin.getByText('ever signed in.')).toBeVisible();
  await person.fill('priya.adams@example.com');
  await admin.getByRole('button', { name: 'Explain' }).click();
  await expect(admin.getByText('Sees it', { exact: true })).toBeVisible();
  const explained = new URL(admin.url());
  await look(seen, 'admin', 'visibility', explained.pathname + explained.search);

  // The share ends, and the portfolio goes.
  await admin.goto(portfolio);
  await admin.locator('summary[aria-label="End: Workloads_Dev"]').click();
  await admin.getByRole('button', { name: 'End: Workloads_Dev' }).click();
  await reloadUntil(admin, 'Applied');
  await admin.goto(portfolio);
  await admin.locator('summary[aria-label^="Take away: arn"]').click();
  await admin.getByRole('button', { name: /^Take away: arn/ }).click();
  await reloadUntil(admin, 'Applied');
  await admin.goto(portfolio);
  await admin.locator('summary[aria-label="Delete Shared environments"]').click();
  await admin.getByRole('button', { name: 'Delete Shared environments' }).click();
  await reloadUntil(admin, 'Applied');
});

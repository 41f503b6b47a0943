import { expect, test } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';
import { request } from './support/story.ts';

const PRODUCT = 'Governed S3 workspace';

test('a chain is asked, answered, delegated and decided, alone and together', async ({ browser }) => {
  test.setTimeout(360_000);
  const open = async (javaScriptEnabled = false) => {
    const page = await (await browser.newContext({ javaScriptEnabled })).newPage();
    page.setDefaultTimeout(20_000);
    return page;
  };

  const admin = await open();
  await signIn(admin, 'admin');
  await admin.goto('/admin/approvals');
  await admin.getByText('Add what requests need at least').click();
  await admin.getByRole('combobox', { name: /^Stage/ }).first().selectOption({ label: 'Dev' });
  await admin.getByLabel('Step 1: who decides').selectOption({ label: 'Team lead' });
  await admin.getByLabel('Step 2: who decides').selectOption({ label: 'Admin' });
  await admin.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(admin.getByRole('cell', { name: /A team lead, then an admin/ })).toBeVisible();

  const scientist = await open();
  await signIn(scientist, 'fraud-scientist');
  const path = await request(scientist, PRODUCT, 'steps', /Dev/);
  await request(scientist, PRODUCT, 'together-one', /Dev/);
  await request(scientist, PRODUCT, 'together-two', /Dev/);
  await scientist.goto(path);
  await expect(scientist.getByText('Who has to agree')).toBeVisible();

  const lead = await open(true);
  await signIn(lead, 'fraud-lead');
  await look(lead, 'lead', 'approvals-waiting', '/approvals');
  await lead.goto(path);
  await lead.getByText('Ask before you decide').click();
  await lead.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(lead.getByText('Write the question first.').first()).toBeVisible();
  await lead.getByLabel('Your question').fill('Which data goes in there?');
  await lead.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(lead.getByText('Your question was sent.')).toBeVisible();

  await scientist.goto(path);
  await expect(scientist.getByText('asks you something before this is decided')).toBeVisible();
  const reader = await open(true);
  await signIn(reader, 'fraud-scientist');
  await look(reader, 'scientist', 'request-asked', path);
  await scientist.getByLabel('Your answer').fill('Card payments of March, without names.');
  await scientist.getByRole('button', { name: 'Answer', exact: true }).click();
  await expect(scientist.getByText('Your answer was sent')).toBeVisible();
  await look(lead, 'lead', 'request-answered', path);

  // Whoever is away lets somebody decide in their place, and takes it back.
  await lead.goto('/approvals/delegations');
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const delegate = async (email: string) => {
    await lead.getByLabel('Their e-mail address').fill(email);
    await lead.getByLabel('Until').fill(day);
    await lead.getByLabel('Why').fill('On leave');
    await lead.getByRole('button', { name: 'Let them decide' }).click();
  };
  await delegate('lena.fischer@example.com');
  await expect(lead.getByText('Nobody delegates to themselves.').first()).toBeVisible();
  await expect(lead.getByLabel('Why')).toHaveValue('On leave');
  await delegate('carlos.lima@example.com');
  await expect(lead.getByText('They decide in your place from now on')).toBeVisible();
  await look(lead, 'lead', 'delegations', '/approvals/delegations');
  const other = await open();
  await signIn(other, 'churn-lead');
  await other.goto(path);
  await other.getByLabel(/^Comment/).fill('In the place of Lena');
  await other.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(other.getByText('You approved your part of the request.')).toBeVisible();
  await lead.goto('/approvals/delegations');
  await lead.getByRole('button', { name: 'End it now' }).click();
  await expect(lead.getByText('Nobody decides in your place.')).toBeVisible();
  await other.goto('/approvals');
  await expect(other.getByText('together-one')).toHaveCount(0);

  await admin.goto(path);
  await expect(admin.getByText('Carlos Lima for Lena Fischer')).toBeVisible();
  await admin.getByLabel(/^Comment/).fill('Not in this account');
  await admin.getByRole('button', { name: 'Deny', exact: true }).click();
  await expect(admin.getByText('You denied the request.')).toBeVisible();

  // Two at once, each with the reason for all or its own.
  await lead.goto('/approvals');
  await lead.getByLabel('Choose request together-one').check();
  await lead.getByLabel('Choose request together-two').check();
  await lead.getByRole('button', { name: 'Decide the chosen together' }).click();
  await expect(lead.getByRole('heading', { level: 1, name: 'Decide together' })).toBeVisible();
  await look(lead, 'lead', 'decide-together', new URL(lead.url()).pathname + new URL(lead.url()).search);
  await lead.getByRole('button', { name: 'Deny all of these' }).click();
  await expect(lead.getByText('Say why, here for all or at each').first()).toBeVisible();
  await lead.getByLabel('Comment on together-one alone').fill('One is enough');
  await lead.getByLabel('Comment for all').fill('The bucket of the team does');
  await lead.getByRole('button', { name: 'Deny all of these' }).click();
  await expect(lead.getByText('2 requests were denied.')).toBeVisible();
  await scientist.goto('/requests?state=denied');
  await scientist.getByRole('link', { name: 'together-one' }).click();
  await expect(scientist.getByText('One is enough').first()).toBeVisible();

  const seen = await open(true);
  await signIn(seen, 'admin');
  await look(seen, 'admin', 'rules-of-approval', '/admin/approvals');
  await admin.goto('/admin/approvals');
  await admin.getByText('Remove', { exact: true }).first().click();
  await admin.getByRole('button', { name: /^Remove/ }).first().click();
  await expect(admin.getByText('Nothing is asked beyond the rules of the products.')).toBeVisible();
});

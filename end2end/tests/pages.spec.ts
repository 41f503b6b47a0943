import { expect, test } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn, type Persona } from './support/sign-in.ts';
import { reloadUntil, request } from './support/story.ts';

test('every page of every persona, in both themes, on a phone and on a desk', async ({ browser }) => {
  test.setTimeout(600_000);
  const complaints: string[] = [];
  const as = async (persona: Persona) => {
    const page = await (await browser.newContext()).newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    await signIn(page, persona);
    return page;
  };

  const scientist = await as('fraud-scientist');
  await look(scientist, 'fraud-scientist', 'home-empty', '/');
  const requestPath = await request(scientist, 'Studio environment', 'pages-waiting', /Dev/);
  await look(scientist, 'fraud-scientist', 'request', requestPath);
  await request(scientist, 'Sandbox Studio', 'pages-running', /Sandbox/);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  await expect(scientist).toHaveURL(/\/environments\//);
  const environmentPath = new URL(scientist.url()).pathname;
  await reloadUntil(scientist, 'Available');
  await look(scientist, 'fraud-scientist', 'environment', environmentPath);
  for (const [name, path] of [['home', '/'], ['catalog', '/catalog'], ['catalog-no-match', '/catalog?q=nothing-like-it'],
    ['environments', '/environments'], ['environments-all', '/environments?state=all'], ['requests', '/requests'], ['profile', '/profile'], ['not-found', '/nowhere'],
    ['not-allowed', '/audit']]) {
    await look(scientist, 'fraud-scientist', name, path);
  }
  await scientist.goto('/catalog');
  await scientist.getByRole('link', { name: 'Studio environment', exact: true }).first().click();
  await expect(scientist).toHaveURL(/\/catalog\/prod-/);
  const productPath = new URL(scientist.url()).pathname;
  await look(scientist, 'fraud-scientist', 'product', productPath);
  await look(scientist, 'fraud-scientist', 'request-form', `${productPath}/request`);

  const lead = await as('fraud-lead');
  await look(lead, 'fraud-lead', 'home', '/');
  await look(lead, 'fraud-lead', 'approvals', '/approvals');
  await look(lead, 'fraud-lead', 'decision', requestPath);
  await look(lead, 'fraud-lead', 'delegations', '/approvals/delegations');
  await look(lead, 'fraud-lead', 'decide-together-nothing', '/approvals/decide');
  await look(lead, 'fraud-lead', 'team', '/team');
  await look(lead, 'fraud-lead', 'rollouts-none', '/rollouts');
  await look(lead, 'fraud-lead', 'environments-filters', '/environments?older=0&ends=31');
  await look(lead, 'fraud-lead', 'environments-filter-wrong', '/environments?ends=soon');
  for (const act of ['stop', 'extend', 'hold', 'terminate']) {
    await look(lead, 'fraud-lead', `together-${act}`, `/environments/together?act=${act}&id=${environmentPath.split('/').pop()}`);
  }

  const admin = await as('admin');
  await admin.goto('/admin/projects');
  const project = '/admin/projects/fraud-detection';
  for (const [name, path] of [['admin-fleet', '/admin/fleet'], ['admin-unmanaged', '/admin/unmanaged'], ['admin-projects', '/admin/projects'], ['admin-project', project],
    ['admin-mappings', '/admin/mappings'], ['admin-people', '/admin/people'], ['admin-products', '/admin/products'],
    ['admin-approvals', '/admin/approvals'], ['admin-templates', '/admin/templates'], ['admin-idle', '/admin/idle'], ['admin-tag-policy', '/admin/tag-policy'], ['organization-blueprint', '/organization/blueprint'],
    ['admin-product', `/admin/products/${productPath.split('/').pop()}`]]) {
    await look(admin, 'admin', name, path);
  }
  const unit = '/organization/ou-stgt-workloadsdev';
  for (const [name, path] of [['organization', '/organization'], ['organization-node', unit],
    ['organization-policies', '/organization/policies'], ['organization-policy', '/organization/policies/p-denyendpoints'],
    ['organization-compare', '/organization/compare?left=ou-stgt-workloadsdev&right=ou-stgt-workloadsprod'],
    ['organization-matrix', '/organization/matrix?within=ou-stgt-workloadsdev']]) {
    await look(admin, 'admin', name, path);
  }
  await admin.goto(unit);
  await admin.getByRole('button', { name: 'Detach FullAWSAccess' }).click();
  await expect(admin).toHaveURL(/\/organization\/changes\//);
  await expect(admin.getByRole('heading', { level: 1 })).toHaveText('Detach FullAWSAccess from Workloads_Dev');
  await look(admin, 'admin', 'organization-change', new URL(admin.url()).pathname);

  const auditor = await as('auditor');
  await look(auditor, 'auditor', 'audit', '/audit');
  await look(auditor, 'auditor', 'organization-node', unit);
  await look(auditor, 'auditor', 'audit-refused-filter', '/audit?project=no-such-project');
  await look(await as('newcomer'), 'newcomer', 'home', '/');

  // The browser reports a page that answers 403 or 404 as an error of its own; anything else is one.
  expect(complaints.filter((text) => !/status of 40[34]/.test(text))).toEqual([]);
});

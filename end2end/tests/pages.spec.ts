import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';
import { signIn, type Persona } from './support/sign-in.ts';
import { reloadUntil, request } from './support/story.ts';

const widths = [390, 1280];
const themes = ['light', 'dark'] as const;

/** Every page: nothing for axe to find, no sideways scrolling, no error in the console; pictures kept. */
async function look(page: Page, persona: Persona, name: string, path: string): Promise<void> {
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await page.screenshot({ path: `artifacts/pages/${persona}-${name}-${width}-${theme}.png`, fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${path} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0);
      await expectAccessible(page);
    }
  }
}

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
    ['environments', '/environments'], ['requests', '/requests'], ['profile', '/profile'], ['not-found', '/nowhere'],
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

  const admin = await as('admin');
  await admin.goto('/admin/projects');
  const project = '/admin/projects/fraud-detection';
  for (const [name, path] of [['admin-projects', '/admin/projects'], ['admin-project', project],
    ['admin-mappings', '/admin/mappings'], ['admin-people', '/admin/people'], ['admin-products', '/admin/products'],
    ['admin-product', `/admin/products/${productPath.split('/').pop()}`]]) {
    await look(admin, 'admin', name, path);
  }

  await look(await as('auditor'), 'auditor', 'audit', '/audit');
  await look(await as('newcomer'), 'newcomer', 'home', '/');

  // The browser reports a page that answers 403 or 404 as an error of its own; anything else is one.
  expect(complaints.filter((text) => !/status of 40[34]/.test(text))).toEqual([]);
});

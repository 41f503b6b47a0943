import { expect, test, type Browser, type Page } from '@playwright/test';
import { signIn, signOut } from './support/sign-in.ts';
import { chooseFiles, fillRequest, openForm, reloadUntil, request, state } from './support/story.ts';

// What people do to forms: click twice, go back and send again, choose another account and submit at once, get signed out.
for (const javaScriptEnabled of [true, false]) {
  test.describe(`${javaScriptEnabled ? 'with' : 'without'} JavaScript`, () => {
    const tag = javaScriptEnabled ? 'script' : 'plain';
    const open = async (browser: Browser) => (await browser.newContext({ javaScriptEnabled })).newPage();
    const submit = (page: Page) => page.getByRole('button', { name: 'Submit request' });
    const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
    const requestsNamed = async (page: Page, name: string) => {
      await page.goto(`/requests?q=${name}`);
      return page.getByRole('main').getByRole('link', { name, exact: true });
    };

    test('a double click asks, decides and terminates once', async ({ browser }) => {
      test.setTimeout(180_000);
      const name = `twice-${tag}`;
      const scientist = await open(browser);
      await signIn(scientist, 'fraud-scientist');
      await openForm(scientist, 'Studio environment', /Dev/);
      await fillRequest(scientist, name);
      await submit(scientist).dblclick();
      await expect(heading(scientist, name)).toBeVisible();
      const requestPath = new URL(scientist.url()).pathname;
      await expect(scientist.getByRole('alert')).toHaveCount(0);
      await expect(await requestsNamed(scientist, name)).toHaveCount(1);

      const lead = await open(browser);
      await signIn(lead, 'fraud-lead');
      await lead.goto(requestPath);
      await lead.getByRole('button', { name: 'Approve', exact: true }).dblclick();
      await expect(lead.getByText('You approved the request.')).toBeVisible();
      await expect(lead.getByRole('alert')).toHaveCount(0);

      await scientist.goto(requestPath);
      await scientist.getByRole('link', { name: 'Go to the environment' }).click();
      await expect(scientist).toHaveURL(/\/environments\//);
      await reloadUntil(scientist, 'Available');
      await scientist.getByText('Terminate this environment').click();
      await chooseFiles(scientist, 'Delete');
      await scientist.getByLabel(`Type ${name} to confirm`).fill(name);
      await scientist.getByRole('button', { name: 'Terminate environment' }).dblclick();
      await expect(scientist.getByText('The environment is being terminated.')).toBeVisible();
      await expect(scientist.getByRole('alert')).toHaveCount(0);
      await reloadUntil(scientist, 'Terminated');
      await expect(state(scientist)).toHaveText('Terminated');
    });

    test('going back and sending the form again makes another request, or says that it is there', async ({ browser }) => {
      const [first, second] = [`back-${tag}`, `back-${tag}-again`];
      const page = await open(browser);
      await signIn(page, 'fraud-scientist');
      await request(page, 'Studio environment', first, /Dev/);
      await page.goBack();
      await expect(submit(page)).toBeVisible();
      await fillRequest(page, second);
      await submit(page).click();
      await expect(heading(page, second)).toBeVisible();
      await expect(await requestsNamed(page, first)).toHaveCount(1);
      await expect(await requestsNamed(page, second)).toHaveCount(1);

      // The name is taken now: it says so at the field, and keeps the rest.
      await openForm(page, 'Studio environment', /Dev/);
      await fillRequest(page, second);
      await submit(page).click();
      await expect(page.getByRole('alert')).toContainText('What you typed is kept.');
      await expect(page.getByLabel('Name', { exact: true })).toHaveAttribute('aria-invalid', 'true');
      await expect(page.getByLabel('Name', { exact: true })).toHaveValue(second);
    });

    test('another account, chosen and submitted at once, is asked about first', async ({ browser }) => {
      const name = `moved-${tag}`;
      const page = await open(browser);
      await signIn(page, 'fraud-scientist');
      await openForm(page, 'Studio environment', /preprod/i);
      await fillRequest(page, name);
      const accounts = page.getByLabel('Account', { exact: true });
      const dev = (await accounts.locator('option').allTextContents()).find((text) => /Dev/.test(text))!;
      await accounts.selectOption({ label: dev });
      await submit(page).click();
      await expect(page.getByRole('alert')).toContainText('The account changed');
      await expect(accounts.locator('option:checked')).toHaveText(dev);
      await expect(page.getByLabel('Name', { exact: true })).toHaveValue(name);
      await submit(page).click();
      await expect(heading(page, name)).toBeVisible();
      await expect(page.getByRole('main')).toContainText(/Dev/);
    });

    test('the Enter key submits the form', async ({ browser }) => {
      const page = await open(browser);
      await signIn(page, 'fraud-scientist');
      await openForm(page, 'Studio environment', /Dev/);
      await fillRequest(page, `entered-${tag}`);
      await page.getByLabel('Name', { exact: true }).press('Enter');
      await expect(heading(page, `entered-${tag}`)).toBeVisible();
    });

    test('signed out while typing: everything is back after the sign-in', async ({ browser }) => {
      const name = `signed-out-${tag}`;
      const page = await open(browser);
      await signIn(page, 'fraud-scientist');
      await openForm(page, 'Studio environment', /Dev/);
      await fillRequest(page, name);
      const chosen = await page.getByLabel('Account', { exact: true }).locator('option:checked').textContent();

      const other = await page.context().newPage();
      await other.goto('/');
      await signOut(other);

      await submit(page).click();
      await page.locator('button[name="persona"][value="fraud-scientist"]').click();
      await expect(page.getByRole('alert')).toContainText('You were signed out before this was sent.');
      await expect(page.getByLabel('Name', { exact: true })).toHaveValue(name);
      await expect(page.getByLabel('Account', { exact: true }).locator('option:checked')).toHaveText(chosen!);
      await submit(page).click();
      await expect(heading(page, name)).toBeVisible();
    });

    test('a form from nobody is held by the page that refuses it, and can be sent again', async ({ browser }) => {
      const name = `nobody-${tag}`;
      const page = await open(browser);
      await signIn(page, 'fraud-scientist');
      await openForm(page, 'Studio environment', /Dev/);
      await fillRequest(page, name);
      // As long after the session's end: nothing tells any more whose it was.
      await page.context().clearCookies();
      await submit(page).click();
      await expect(page.getByRole('heading', { level: 1, name: 'Signed out' })).toBeVisible();
      await expect(page.locator('input[name="name"]')).toHaveValue(name);

      const [signingIn] = await Promise.all([
        page.context().waitForEvent('page'),
        page.getByRole('link', { name: /^Sign in/ }).click(),
      ]);
      await signingIn.locator('button[name="persona"][value="fraud-scientist"]').click();
      await signingIn.waitForURL((url) => url.pathname === '/');
      await page.bringToFront();
      await page.getByRole('button', { name: 'Send again' }).click();
      await expect(heading(page, name)).toBeVisible();
    });
  });
}

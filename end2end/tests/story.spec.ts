import { expect, test } from '@playwright/test';
import { signIn, signOut } from './support/sign-in.ts';
import { approve, reloadUntil, request, state, terminate } from './support/story.ts';

// The main job, by three people: asked for, decided, opened, taken down, read by the auditor.
for (const javaScriptEnabled of [true, false]) {
  test(`from sign-in to an open Studio, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async ({ browser }) => {
    test.setTimeout(240_000);
    const name = javaScriptEnabled ? 'fraud-spring' : 'fraud-plain';
    const open = async () => (await browser.newContext({ javaScriptEnabled })).newPage();

    const scientist = await open();
    await signIn(scientist, 'fraud-scientist');
    const requestPath = await request(scientist, 'Studio environment', name, /Dev/);
    expect(requestPath).toMatch(/^\/requests\//);

    const lead = await open();
    await signIn(lead, 'fraud-lead');
    await approve(lead, name);

    await scientist.goto(requestPath);
    await scientist.getByRole('link', { name: 'Go to the environment' }).click();
    await expect(scientist).toHaveURL(/\/environments\//);
    const environmentPath = new URL(scientist.url()).pathname;
    if (javaScriptEnabled) {
      // Nobody touches the page: the event stream brings it up to date.
      await expect(state(scientist)).toHaveText('Available', { timeout: 90_000 });
    } else {
      await reloadUntil(scientist, 'Available');
    }
    await expect(scientist.getByRole('main')).toContainText('CREATE_COMPLETE');

    // The lead sees it and cannot open it.
    await lead.goto(environmentPath);
    await expect(lead.getByRole('button', { name: /Open Studio/ })).toHaveCount(0);

    const [studio] = await Promise.all([
      scientist.context().waitForEvent('page'),
      scientist.getByRole('button', { name: /Open Studio/ }).click(),
    ]);
    await studio.waitForLoadState();
    expect(new URL(studio.url()).origin).not.toBe(new URL(scientist.url()).origin);
    await expect(studio.locator('body')).toContainText('studiouserid');
    await expect(studio.locator('body')).toContainText(/fraud-scientist-[0-9a-f]{16}/);

    await scientist.goto(environmentPath);
    await terminate(scientist, name, 'Keep');
    if (javaScriptEnabled) {
      await expect(state(scientist)).toHaveText('Terminated', { timeout: 90_000 });
    } else {
      await reloadUntil(scientist, 'Terminated');
    }
    await scientist.goto(environmentPath);
    await expect(scientist.getByText('The home directories were kept.')).toBeVisible();
    await expect(scientist.getByText(/aws efs delete-file-system .* fs-[0-9a-f]{17}/)).toBeVisible();

    const auditor = await open();
    await signIn(auditor, 'auditor', '/audit');
    const id = environmentPath.split('/').pop()!;
    const found = await auditor.request.get(`/audit/export.jsonl?resource=${id}`);
    expect(found.status()).toBe(200);
    const events = (await found.text()).trim().split('\n').map((line) => JSON.parse(line));
    const actions = events.map((row) => (row.event ?? row).action);
    for (const action of ['launch_environment', 'terminate_environment']) {
      expect(actions).toContain(action);
    }
    // A presigned URL is in no page, no log and no export.
    expect(await found.text()).not.toContain('token=');
  });
}

test('signed out in the middle of the request form, and nothing lost', async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, 'fraud-scientist', '/catalog');
  await page.getByRole('link', { name: 'Studio environment', exact: true }).first().click();
  await page.getByRole('main').getByRole('link', { name: /^request/i }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('typed-before');
  await page.getByLabel('What you need it for').fill('A reason that took a while to write');

  // In another tab the person signs out of this very session.
  const other = await context.newPage();
  await other.goto('/');
  await signOut(other);

  await page.getByRole('button', { name: 'Submit request' }).click();
  await page.locator('button[name="persona"][value="fraud-scientist"]').click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('typed-before');
  await expect(page.getByLabel('What you need it for')).toHaveValue('A reason that took a while to write');
  await page.getByRole('button', { name: 'Submit request' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'typed-before' })).toBeVisible();
});

test('a newcomer reads what to ask for, and of whom', async ({ page }) => {
  await signIn(page, 'newcomer');
  await expect(page.getByRole('main')).toContainText(/group/i);
});

test('sign-out goes to the provider and comes back signed out', async ({ page }) => {
  await signIn(page, 'churn-scientist');
  await signOut(page);
  await page.goto('/environments');
  await expect(page.locator('button[name="persona"]').first()).toBeVisible();
});

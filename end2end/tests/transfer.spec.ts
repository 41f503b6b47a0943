import { expect, test } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';
import { approve, reloadUntil, request, terminate } from './support/story.ts';

// Somebody leaves: what they have goes on with somebody else, with its files, and is closed for them.
test('an environment is given to somebody else of the project, who opens it, and the former owner does not', async ({ browser }) => {
  test.setTimeout(360_000);
  const open = async () => (await browser.newContext({ javaScriptEnabled: false })).newPage();
  const scientist = await open();
  await signIn(scientist, 'fraud-scientist');
  const requestPath = await request(scientist, 'Studio user profile', 'fraud-given', /Dev/);
  const lead = await open();
  await signIn(lead, 'fraud-lead');
  await approve(lead, 'fraud-given');
  await scientist.goto(requestPath);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  const path = new URL(scientist.url()).pathname;
  await reloadUntil(scientist, 'Available');
  await expect(scientist.getByText('Give it to somebody else')).toHaveCount(0);

  const admin = await open();
  await signIn(admin, 'admin');
  await admin.goto(path);
  await admin.getByText('Give it to somebody else').click();
  const to = admin.getByLabel('E-mail address of the new owner');
  await to.fill('carlos.lima@example.com');
  await admin.getByRole('button', { name: 'Give it away' }).click();
  await expect(admin.getByText(/They could not open it/).first()).toBeVisible();
  await expect(to).toHaveValue('carlos.lima@example.com');
  const seen = await (await browser.newContext()).newPage();
  await signIn(seen, 'admin');
  await seen.goto(path);
  await to.fill('lena.fischer@example.com');
  await admin.getByLabel('Why', { exact: true }).fill('Fiona works on the payments from next week on.');
  await admin.getByRole('button', { name: 'Give it away' }).click();
  await expect(admin.getByText('The environment is being given to its new owner.')).toBeVisible();
  await look(seen, 'admin', 'environment-changing-hands', path);
  await admin.goto(path);
  await reloadUntil(admin, 'Available');
  await expect(admin.getByText('Named in AWS after')).toBeVisible();
  await look(seen, 'admin', 'environment-given', `${path}#transfer`);

  await lead.goto(path);
  const [studio] = await Promise.all([
    lead.context().waitForEvent('page'),
    lead.getByRole('button', { name: /Open Studio/ }).click(),
  ]);
  await studio.waitForLoadState();
  await expect(studio.getByRole('button', { name: 'Run JupyterServer' })).toBeVisible();
  await scientist.goto(path);
  await expect(scientist.getByRole('button', { name: /Open Studio/ })).toHaveCount(0);
  await lead.goto('/inbox');
  await expect(lead.getByText('fraud-given is yours now')).toBeVisible();
  await scientist.goto('/inbox');
  await expect(scientist.getByText(/fraud-given is being given to Lena/)).toBeVisible();

  await lead.goto(path);
  await terminate(lead, 'fraud-given');
  await reloadUntil(lead, 'Terminated');
});

import { expect, test } from '@playwright/test';
import { look } from './support/look.ts';
import { signIn } from './support/sign-in.ts';
import { approve, reloadUntil, request, terminate } from './support/story.ts';

// A second profile of the same person cannot be made: whoever cannot go on asks the platform team, and an admin ends it.
test('an environment that is stuck is handed over, and an admin leaves it in the account', async ({ browser }) => {
  test.setTimeout(240_000);
  const open = async (javaScriptEnabled = false) => (await browser.newContext({ javaScriptEnabled })).newPage();
  const scientist = await open();
  await signIn(scientist, 'fraud-scientist');
  const lead = await open();
  await signIn(lead, 'fraud-lead');
  const made = async (name: string, wanted: string) => {
    const path = await request(scientist, 'Studio user profile', name, /Dev/);
    await approve(lead, name);
    await scientist.goto(path);
    await scientist.getByRole('link', { name: 'Go to the environment' }).click();
    const environment = new URL(scientist.url()).pathname;
    await reloadUntil(scientist, wanted);
    return environment;
  };
  const first = await made('fraud-first', 'Available');
  const path = await made('fraud-stuck', 'Error');

  await scientist.getByText('Hand it over to the platform team').click();
  await scientist.getByRole('button', { name: 'Hand it over' }).click();
  await expect(scientist.getByText('Say what you tried').first()).toBeVisible();
  await scientist.getByLabel('What you tried, and what you need').fill('I have one already, and need both.');
  await scientist.getByRole('button', { name: 'Hand it over' }).click();
  await expect(scientist.getByText('It is handed over to the platform team.')).toBeVisible();
  await expect(scientist.getByLabel('What is left in AWS')).toHaveCount(0);

  const admin = await open();
  await signIn(admin, 'admin');
  await admin.goto('/environments?attention=handed_over');
  await admin.getByRole('link', { name: 'fraud-stuck' }).click();
  await expect(admin.getByText('I have one already, and need both.')).toBeVisible();
  const seen = await open(true);
  await signIn(seen, 'admin');
  await look(seen, 'admin', 'environment-handed-over', path);
  await admin.getByRole('button', { name: 'It needs nobody any more' }).click();
  await expect(admin.getByText('It is handed over to the platform team.')).toHaveCount(0);
  await admin.getByText('Terminate this environment').click();
  await admin.getByLabel('What is left in AWS').selectOption({ label: 'Everything: nothing is deleted' });
  await admin.getByLabel('Type fraud-stuck to confirm').fill('fraud-stuck');
  await admin.getByRole('button', { name: 'Terminate environment' }).click();
  await reloadUntil(admin, 'Terminated');
  await expect(admin.getByText('Resources were left in AWS.')).toBeVisible();
  await look(seen, 'admin', 'environment-left-behind', path);

  await scientist.goto(first);
  await terminate(scientist, 'fraud-first');
  await reloadUntil(scientist, 'Terminated');
});

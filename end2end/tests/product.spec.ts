import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { binary } from '../playwright.config';
import { freePort, Programs } from './support/program.ts';
import { signIn } from './support/sign-in.ts';
import { approve, reloadUntil, request, state, terminate } from './support/story.ts';

// `studiogate demo --product`: a template of one's own is a product of both projects, from the form to the open notebook.

const templates = fileURLToPath(new URL('../../crates/control-plane/tests/templates', import.meta.url));
const programs = new Programs();
let portal: string;

test.beforeAll(async () => {
  const port = await freePort();
  portal = `http://127.0.0.1:${port}`;
  await programs.start(binary, ['demo', '--listen', `127.0.0.1:${port}`, '--speed', '100',
    '--product', `${templates}/notebook-instance.yaml`, '--product', `${templates}/team-notebook.yaml`], {}, 'is ready at');
});

test.afterAll(() => programs.stop());

test('a template of one\'s own is asked for, decided, opened and taken down; what it lacks is named', async ({ browser }) => {
  test.setTimeout(180_000);
  const open = async () => (await browser.newContext({ baseURL: portal })).newPage();
  const scientist = await open();
  const lead = await open();
  await signIn(scientist, 'fraud-scientist');
  await signIn(lead, 'fraud-lead');

  const works = await request(scientist, 'notebook-instance', 'own-template', /Dev/);
  const lacks = await request(scientist, 'team-notebook', 'lacks-exports', /Dev/);
  await approve(lead, 'own-template');
  await approve(lead, 'lacks-exports');

  await scientist.goto(works);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  await expect(scientist).toHaveURL(/\/environments\//);
  await reloadUntil(scientist, 'Available');
  const [notebook] = await Promise.all([
    scientist.context().waitForEvent('page'),
    scientist.getByRole('button', { name: /Open/ }).click(),
  ]);
  await notebook.waitForLoadState();
  expect(new URL(notebook.url()).origin).not.toBe(portal);
  await expect(notebook.locator('body')).toContainText('own-template');
  await terminate(scientist, 'own-template');
  await reloadUntil(scientist, 'Terminated');

  await scientist.goto(lacks);
  await scientist.getByRole('link', { name: 'Go to the environment' }).click();
  await expect(scientist).toHaveURL(/\/environments\//);
  await reloadUntil(scientist, 'Error');
  await expect(scientist.getByRole('main')).toContainText(/No export named notebook-\S+ found/);
  await terminate(scientist, 'lacks-exports');
  await reloadUntil(scientist, 'Terminated');
  await expect(state(scientist)).toHaveText('Terminated');
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { binary } from '../playwright.config';
import { freePort, Programs } from './support/program.ts';

// `studiogate serve` with a standard provider that knows nothing of Studiogate, by configuration alone. AWS is out of reach
// the whole time: signing in needs none.

const programs = new Programs();
let folder: string;
let portal: string;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'studiogate-provider-'));
  const [providerPort, portalPort] = [await freePort(), await freePort()];
  portal = `http://127.0.0.1:${portalPort}`;
  await programs.start('node', ['support/provider.mjs', String(providerPort), portal], {}, 'provider ready');
  await programs.start(binary, ['serve'], {
    STUDIOGATE_LISTEN: `127.0.0.1:${portalPort}`,
    STUDIOGATE_DATABASE_URL: `sqlite:${join(folder, 'portal.db')}?mode=rwc`,
    STUDIOGATE_OIDC_ISSUER: `http://127.0.0.1:${providerPort}`,
    STUDIOGATE_OIDC_CLIENT_ID: 'studiogate',
    STUDIOGATE_OIDC_CLIENT_SECRET: 'a secret of the tests',
    STUDIOGATE_OIDC_GROUPS_CLAIM: 'groups',
    STUDIOGATE_BOOTSTRAP_ADMIN_GROUP: 'platform',
    STUDIOGATE_SEALING_KEY: '00'.repeat(32),
    STUDIOGATE_AUDIT_KEY: '01'.repeat(32),
    STUDIOGATE_AWS_SHARED_SERVICES_ACCOUNT: '222222222222',
    STUDIOGATE_AWS_REGIONS: 'eu-west-1',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_ACCESS_KEY_ID: '222222222222',
    AWS_SECRET_ACCESS_KEY: 'none',
  }, '"ready"');
});

test.afterAll(async () => {
  await programs.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a standard provider signs people in and out, and its groups give the roles', async ({ page }) => {
  await page.goto(`${portal}/profile?from=link`);
  await page.locator('input[name="login"]').fill('root');
  await page.locator('input[name="password"]').fill('any');
  await page.locator('button[type="submit"]').click();
  await page.locator('button[type="submit"]').click();
  await page.waitForURL(`${portal}/profile?from=link`);
  await expect(page.getByRole('main')).toContainText('root@example.com');
  await expect(page.getByRole('main')).toContainText('platform');
  await page.goto(`${portal}/admin/mappings`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();

  await page.locator('summary', { hasText: 'Root' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('button[name="logout"][value="yes"], button[type="submit"]').first().click();
  await page.waitForURL(`${portal}/auth/signed-out`);
  await page.goto(`${portal}/profile`);
  await expect(page.locator('input[name="login"]')).toBeVisible();
});

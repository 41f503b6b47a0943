import { defineConfig } from '@playwright/test';

// The portal under test is the real binary on seeded data, over the local AWS, under the production CSP.
const port = Number(process.env.STUDIOGATE_TEST_PORT ?? 3900);
export const portal = `http://127.0.0.1:${port}`;
// The demo serves it on its fourth port.
export const localAws = `http://127.0.0.1:${port + 3}`;
export const binary = process.env.STUDIOGATE_BIN ?? 'studiogate';
// Another database than SQLite, for the smoke on Postgres.
const database = process.env.STUDIOGATE_TEST_DATABASE_URL;

export default defineConfig({
  testDir: 'tests',
  outputDir: 'artifacts/results',
  // The story's tests share one portal and one local AWS: one at a time, in the order of their files.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  reporter: [['list']],
  use: {
    baseURL: portal,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync'],
    },
    trace: 'retain-on-failure',
  },
  webServer: {
    command: `${binary} demo --listen 127.0.0.1:${port} --speed 100${database ? ` --database-url ${database}` : ''}`,
    url: `${portal}/readyz`,
    timeout: 60_000,
    reuseExistingServer: false,
    stdout: 'pipe',
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
  },
});

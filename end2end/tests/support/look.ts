import { expect, type Page } from '@playwright/test';
import { expectAccessible } from './axe.ts';

const themes = ['light', 'dark'] as const;
/** The narrowest that WCAG 1.4.10 asks for, a phone, a desk. */
const widths = [320, 390, 1280];

/** The page in both themes, on phones and on a desk: nothing for axe to find, no sideways scrolling; pictures kept. */
export async function look(page: Page, persona: string, name: string, path: string): Promise<void> {
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    // Anew, since axe can come between the colours of two themes.
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect.soft(overflow, `${path} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `artifacts/pages/${persona}-${name}-${width}-${theme}.png`, fullPage: true });
      await expectAccessible(page);
    }
  }
}

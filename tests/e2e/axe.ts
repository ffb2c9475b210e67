import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from './hum.ts';

/** Of axe-core 4: `link-in-text-block` compares colours as well. */
const byColour = ['color-contrast', 'link-in-text-block'];

/** What WCAG 2.1 AA asks for, as far as axe can see it; in the light once more what depends on colours. */
export async function isAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    await isAtRest(page);
    // The legacy mode needs no page beside ours, which a desktop window cannot open.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    const { violations } = await (colorScheme === 'dark'
      ? axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
      : axe.withRules(byColour)
    ).analyze();
    const found = violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.slice(0, 5).map(({ html, failureSummary }) => `${html.slice(0, 200)}\n${failureSummary}`),
    }));
    expect(found, `in the ${colorScheme}`).toEqual([]);
  }
}

/** Waits until nothing fades any more: half of a colour is not what is looked at. What never ends, such as a blinking cursor, is not waited for. */
async function isAtRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    // What was just changed begins to fade with one of the next frames.
    for (let frames = 0; frames < 3; frames += 1) await frame();
    const ending = document.getAnimations().filter(({ effect }) => Number.isFinite(Number(effect?.getComputedTiming().endTime)));
    // Not by their `finished`: where nothing is drawn, as in closed details, Chromium never tells.
    while (ending.some(({ playState }) => playState === 'running')) await frame();
  });
}

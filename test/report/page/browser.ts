/** Debian's chromium, driven by playwright-core, and what is asked of a page in it. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) =>
  existsSync(path),
);

/** Root has no sandbox. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });

/** The page, and every address that it asked for besides its own. */
export async function openPage(browser: Browser, file: string, options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext(options)).newPage();
  const asked: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith('data:') && !url.startsWith(`file://${file}`)) asked.push(url);
  });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`file://${file}`);
  return { page, asked, errors };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Rules of axe-core that the page breaks, with the first place of each. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  );
}

/** Texts of one drawing, and sections and figures of the page, whose boxes lie over each other; and what is wider than the page. */
export async function overlaps(page: Page): Promise<readonly string[]> {
  return page.evaluate(`(() => {
    const over = (elements, name) => {
      const boxes = elements.map((element) => [element, element.getBoundingClientRect()])
        .filter(([, { width, height }]) => width > 0 && height > 0);
      return boxes.flatMap(([a, p], i) => boxes.slice(i + 1)
        .filter(([b, q]) => !a.contains(b) &&
          Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1 &&
          Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 1)
        .map(([b]) => name(a) + ' over ' + name(b)));
    };
    const text = (element) => JSON.stringify(element.textContent);
    const drawings = [...document.querySelectorAll('.plot svg')];
    const wide = document.documentElement.scrollWidth > innerWidth ? ['wider than the page'] : [];
    return [
      ...drawings.flatMap((svg) => over([...svg.querySelectorAll('text')], text)),
      ...over([...document.querySelectorAll('main > section')], ({ id }) => id),
      ...over([...document.querySelectorAll('figure > *')], ({ tagName }) => tagName),
      ...over([...document.querySelectorAll('.floor li')], text),
      ...wide,
    ];
  })()`);
}

/** Names of the figures whose picture is seen, with something drawn in it. */
export async function drawnFigures(page: Page): Promise<readonly string[]> {
  return page.evaluate(`[...document.querySelectorAll('figure')]
    .filter((figure) => [...figure.querySelectorAll('svg')].some((svg) =>
      svg.getBoundingClientRect().height > 100 && svg.querySelectorAll('path, polyline, circle').length > 5))
    .map(({ id }) => id)`);
}

/**
 * `npm run docs`: the Markdown of this repository as one site of static pages in `site/`. Pages are the same files that are read
 * elsewhere; links to files that are no pages are copied with them, and a link to nothing ends the build.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { defineConfig } from 'vitepress';
import { writeApiPage } from '../api.mjs';

const root = resolve(import.meta.dirname, '../../..');

writeApiPage();

/** The sidebar, in the order in which a newcomer reads: title, then pages. */
const chapters = [
  [
    'Begin',
    [
      'docs/getting-started.md',
      'docs/data.md',
      'docs/verify.md',
      'docs/report.md',
      'docs/cost.md',
      'docs/cli.md',
      'docs/diagnostics.md',
    ],
  ],
  ['Measure', ['docs/sweep.md', 'docs/cluster.md', 'docs/workers.md']],
  ['Compile', ['docs/operators.md', 'docs/options.md', 'docs/tune.md', 'docs/faults.md']],
  ['Targets', ['docs/targets.md', 'docs/fit.md', 'docs/characterize.md', 'docs/hidden-weights.md']],
  ['Learn', ['docs/train.md', 'docs/hardware-aware-training.md']],
  [
    'Take it elsewhere',
    ['scripts/site/api.md', 'docs/numpy.md', 'src/package/FORMAT.md', 'src/bitstream/FORMAT.md'],
  ],
  [
    'What it rests on',
    ['docs/simulator.md', 'docs/accuracy.md', 'docs/conditions.md', 'docs/reproduction.md'],
  ],
  [
    'How it is built',
    [
      'ARCHITECTURE.md',
      'docs/conformance.md',
      'docs/robustness.md',
      'docs/speed.md',
      'docs/device.md',
      'CHANGELOG.md',
    ],
  ],
];

const titleOf = (page) => /^# (.+)$/m.exec(readFileSync(join(root, page), 'utf8'))[1].replaceAll('`', '');

/** Files beside the pages that these link to. */
const linked = new Set();

/** @param page that the link stands in, as the site knows it */
function checkLink(page, href) {
  if (/^[a-z]+:|^#|^\//.test(href)) return;
  const file = normalize(join(dirname(page), href.replace(/#.*$/, '')));
  const place = join(root, file);
  if (!existsSync(place)) throw new Error(`${page}: there is no ${href}`);
  if (!file.endsWith('.md')) linked.add(file);
}

/** A link to a file that is no page: as it stands, for browsers to open. */
const asFile = (href) => !/^[a-z]+:|^#|^\//.test(href) && !/\.md(#.*)?$/.test(href);

export default defineConfig({
  title: 'Crossloom',
  description: 'ONNX models on memristor crossbars, and what a programmed chip makes of them',
  srcDir: root,
  outDir: join(root, 'site'),
  cacheDir: join(root, 'dist/site-cache'),
  srcExclude: [
    'node_modules',
    'dist',
    'site',
    'fixtures',
    'bench',
    'test',
    'fuzz',
    'licences',
    'scripts/exporters',
  ].map((folder) => `${folder}/**`),
  rewrites: { 'scripts/site/index.md': 'index.md' },
  cleanUrls: false,
  themeConfig: {
    outline: 'deep',
    search: { provider: 'local' },
    sidebar: chapters.map(([text, pages]) => ({
      text,
      items: pages.map((page) => ({ text: titleOf(page), link: `/${page.replace(/\.md$/, '')}` })),
    })),
  },
  markdown: {
    config(md) {
      md.core.ruler.push('crossloom-links', (state) => {
        const page = state.env.relativePath;
        for (const token of state.tokens.flatMap((token) => token.children ?? [])) {
          const href = token.type === 'link_open' ? token.attrGet('href') : undefined;
          if (!href || page === undefined) continue;
          checkLink(page, href);
          if (asFile(href)) token.attrSet('target', '_self');
        }
      });
    },
  },
  buildEnd({ outDir }) {
    for (const file of linked) {
      if (statSync(join(root, file)).isDirectory()) continue;
      mkdirSync(dirname(join(outDir, file)), { recursive: true });
      copyFileSync(join(root, file), join(outDir, file));
    }
    console.log(`${relative(root, outDir)}: ${linked.size} files beside the pages`);
  },
});

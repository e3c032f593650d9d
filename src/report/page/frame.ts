/** What all pages have in common: one file that loads nothing, in the colours of the reader's system, and on white in print. */
import { colourStyle } from '../plots/palette.ts';
import { escaped } from './html.ts';

const shared = `${colourStyle()}
body { margin: 0 auto; max-width: 800px; padding: 24px 16px; background: var(--paper); color: var(--ink);
  font: 14px/1.5 Helvetica, Arial, sans-serif; }
h1 { font-size: 22px; margin: 0; overflow-wrap: anywhere; }
p { color: var(--faint); margin: 4px 0; overflow-wrap: anywhere; }
nav { columns: 2; margin: 16px 0; }
nav a { color: var(--series0); display: block; }
figure { margin: 28px 0; break-inside: avoid; }
figure svg { width: 100%; height: auto; }
@media print { nav { display: none; } body { max-width: none; padding: 0; } }`;

export interface Page {
  readonly title: string;
  /** Style besides that of all pages. */
  readonly style?: string;
  /** HTML. */
  readonly body: string;
  /** Runs after the body; a page says the same without it. */
  readonly script?: string;
}

/** The policy has a browser refuse what would be loaded from elsewhere. */
export function htmlPage({ title, style = '', body, script }: Page): string {
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'${script ? "; script-src 'unsafe-inline'" : ''}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title>
<style>
${shared}${style && `\n${style}`}
</style>
</head>
<body>
${body}
${script ? `<script>\n${script}\n</script>\n` : ''}</body>
</html>
`;
}

export interface Link {
  readonly id: string;
  readonly title: string;
}

export const contents = (links: readonly Link[]): string =>
  `<nav aria-label="Contents">\n${links.map(({ id, title }) => `<a href="#${id}">${escaped(title)}</a>`).join('\n')}\n</nav>`;

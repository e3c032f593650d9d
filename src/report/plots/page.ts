/** A characterization -> one HTML page that needs nothing else: all pictures, in the colours of the reader's system. */
import type { Characterization } from '../../figures/characterization.ts';
import { drawFigure } from './draw-figure.ts';
import { colourStyle, inPageColours } from './palette.ts';

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const style = `${colourStyle()}
body { margin: 0 auto; max-width: 800px; padding: 24px 16px; background: var(--paper); color: var(--ink);
  font: 14px/1.5 Helvetica, Arial, sans-serif; }
h1 { font-size: 22px; margin: 0; }
p { color: var(--faint); margin: 4px 0; overflow-wrap: anywhere; }
nav { columns: 2; margin: 16px 0; }
nav a { color: var(--series0); display: block; }
figure { margin: 28px 0; break-inside: avoid; }
figure svg { width: 100%; height: auto; }
@media print { nav { display: none; } body { max-width: none; padding: 0; } }`;

export function characterizationPage(characterization: Characterization): string {
  const { name, title, fingerprint, overrides, seed, figures } = characterization;
  const set = overrides.map((text) => ` --set ${text}`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(`${name}, characterized`)}</title>
<style>
${style}
</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(`${name}, fingerprint ${fingerprint}, seed ${seed}${set}`)}</p>
<p>Every picture is of simulated devices, and names the values of the target that no source states.</p>
<nav>
${figures.map((figure) => `<a href="#${figure.name}">${escaped(figure.title)}</a>`).join('\n')}
</nav>
${figures.map((figure) => `<figure id="${figure.name}">\n${inPageColours(drawFigure(figure))}</figure>`).join('\n')}
</body>
</html>
`;
}

/** A characterization -> one HTML page that needs nothing else: all pictures, in the colours of the reader's system. */
import type { Characterization } from '../../figures/characterization.ts';
import { drawFigure } from '../plots/draw-figure.ts';
import { inPageColours } from '../plots/palette.ts';
import { contents, htmlPage } from './frame.ts';
import { escaped } from './html.ts';

export function characterizationPage(characterization: Characterization): string {
  const { name, title, fingerprint, overrides, seed, figures } = characterization;
  const set = overrides.map((text) => ` --set ${text}`).join('');
  return htmlPage({
    title: `${name}, characterized`,
    body: `<h1>${escaped(title)}</h1>
<p>${escaped(`${name}, fingerprint ${fingerprint}, seed ${seed}${set}`)}</p>
<p>Every picture is of simulated devices, and names the values of the target that no source states.</p>
${contents(figures.map((figure) => ({ id: figure.name, title: figure.title })))}
${figures.map((figure) => `<figure id="${figure.name}">\n${inPageColours(drawFigure(figure))}</figure>`).join('\n')}`,
  });
}

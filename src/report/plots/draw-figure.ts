/** A figure -> its picture as SVG, drawn without a browser. What was assumed stands below it. */
import * as echarts from 'echarts';
import type { CharacterizedFigure } from '../../figures/characterization.ts';
import { wrap } from '../../text/wrap.ts';
import { chartOption } from './chart-option.ts';
import { gridOption } from './grid-option.ts';
import { palette } from './palette.ts';
import { font, width } from './style.ts';

const plotHeight = 400;
const [lineHeight, charactersPerLine] = [15, 118];

/** @returns a picture in the colours of the day, without a background */
export function drawFigure(figure: CharacterizedFigure): string {
  const { name, title, about, plot, assumed } = figure;
  const values = assumed.map(
    ({ field, text, from }) =>
      `${field} = ${text.replaceAll(' ', '\u00a0')}${from === 'override' ? ' (--set)' : ''}`,
  );
  const lines = [
    ...wrap(`${about}.`, charactersPerLine),
    ...(values.length > 0 ? wrap(`Assumed: ${values.join(', ')}.`, charactersPerLine) : ['Nothing assumed.']),
  ];
  const height = plotHeight + lines.length * lineHeight + 14;
  const svg = render(name, width, height, {
    title: { text: title, left: 18, top: 10, textStyle: { ...font, fontSize: 16, fontWeight: 'bold' } },
    ...(plot.form === 'chart' ? chartOption(plot, plotHeight, height) : gridOption(plot, plotHeight, height)),
    graphic: {
      type: 'text',
      left: 20,
      top: plotHeight + 2,
      style: {
        text: lines.join('\n').replaceAll('\u00a0', ' '),
        fill: palette.faint.day,
        font: `11px ${font.fontFamily}`,
        lineHeight,
      },
    },
  });
  return `${svg}\n`;
}

/** An option of echarts -> SVG. @param name that begins the names in it */
export function render(name: string, width: number, height: number, option: object): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ animation: false, textStyle: font, ...option } as echarts.EChartsCoreOption);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return still(svg, name);
}

/** Without what echarts adds for pointers, and names after the figure: numbers of charts go on in a process, and pages hold many. */
function still(svg: string, name: string): string {
  return svg
    .replace(/<style >[\s\S]*?<\/style>\n?/, '')
    .replace(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, `${name}-`);
}

/** The same on white, as a file of its own. */
export function figureFile(figure: CharacterizedFigure): string {
  const svg = drawFigure(figure);
  return svg.replace(/^(<svg [^>]*>)/, `$1\n<rect width="100%" height="100%" fill="${palette.paper.day}"/>`);
}

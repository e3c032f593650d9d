/** An explanation -> what each effect of the chips takes, alone and as the one that is taken away. */
import type { Cost, ExplainReport } from '../../explain/report.ts';
import { formatTime } from '../../text/time.ts';
import type { Loss } from '../../tune/loss.ts';
import { imagesOf } from '../explain-text.ts';
import { counted, formatShare } from '../number.ts';
import { type Cell, htmlTable } from './html.ts';

const points = (value: number): Cell => ({ text: value.toFixed(2), value });
const interval = ({ low, high }: Loss): Cell => `${low.toFixed(2)} to ${high.toFixed(2)}`;
const costCells = (cost: Cost | undefined): Cell[] =>
  cost ? [points(cost.cost.points), interval(cost.cost)] : ['', ''];

export function effectCosts({ effects, data, seeds, at, all }: ExplainReport): string {
  const read = at > 0 ? `, read ${formatTime(at)} after programming` : '';
  return htmlTable({
    caption: `Points of top-1 by effect, on ${counted(data.images, 'image')} and ${counted(seeds.length, 'chip')}${read}`,
    columns: ['effect', 'alone costs', '95 %', 'without it, gained', '95 %', 'of the error energy', 'images'],
    rows: effects.map((one): Cell[] => {
      const { effect, alone, allBut, slight } = one;
      const share = (allBut ?? alone)?.share.value;
      return [
        allBut || slight ? effect : `${effect}, no chip`,
        ...costCells(alone),
        ...costCells(allBut),
        share === undefined || all.noise === 0
          ? ''
          : { text: formatShare(share / all.noise), value: share / all.noise },
        imagesOf(one).join(', '),
      ];
    }),
  });
}

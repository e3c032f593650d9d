/** What all plots have in common. */
import type { Axis } from '../../figures/figure.ts';
import { palette } from './palette.ts';

export const width = 760;
export const font = {
  fontFamily: 'Helvetica, Arial, sans-serif',
  fontSize: 12,
  color: palette.ink.day,
} as const;
const line = { show: true, lineStyle: { color: palette.faint.day } };

/** Of any axis; `gap` is that between its labels and its name. */
export const axisStyle = (name: string, gap: number, scale?: Axis['scale']) => ({
  name,
  nameLocation: 'middle',
  nameGap: gap,
  nameTextStyle: font,
  axisLabel: {
    ...font,
    hideOverlap: true,
    formatter: scale === 'log' ? powerOfTen : scale === 'whole' ? wholeTick : tick,
  },
  axisLine: line,
  axisTick: line,
  splitLine: { show: true, lineStyle: { color: palette.rule.day } },
});

/** The ends of an axis are those of its data: a label stands only at round numbers. */
const tick = (value: number | string): string => {
  const plain = Number(Number(value).toPrecision(9));
  const decimals = String(plain).split('.')[1]?.length ?? 0;
  return decimals > (Math.abs(plain) < 1 ? 4 : 2) ? '' : String(plain);
};

const wholeTick = (value: number | string): string => (Number.isInteger(Number(value)) ? String(value) : '');

const raised = '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079';

/** `0.01` to `1000` as they are, others as powers of ten. */
function powerOfTen(value: number): string {
  const power = Math.log10(value);
  if (Math.abs(power - Math.round(power)) > 1e-6) return tick(value);
  if (power >= -2.5 && power <= 3.5) return String(Number(value.toPrecision(3)));
  const digits = [...String(Math.abs(Math.round(power)))].map((digit) => raised[Number(digit)]);
  return `10${power < 0 ? '\u207b' : ''}${digits.join('')}`;
}

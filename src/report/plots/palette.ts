/**
 * Colours of plots, by day and by night. Those of series are told apart by every kind of sight (Okabe and Ito, 2008); a file
 * has those of the day on its own white, a page says both and the reader's system chooses.
 */

interface Shades {
  readonly day: string;
  readonly night: string;
}

export const palette = {
  paper: { day: '#ffffff', night: '#16191d' },
  ink: { day: '#22262b', night: '#e6e8eb' },
  faint: { day: '#5b626b', night: '#a5acb5' },
  rule: { day: '#dde1e6', night: '#343a42' },
  series0: { day: '#0072b2', night: '#56b4e9' },
  series1: { day: '#d55e00', night: '#ff8a3d' },
  series2: { day: '#009e73', night: '#35c99b' },
  series3: { day: '#b8629b', night: '#e093c5' },
  series4: { day: '#8a6d00', night: '#e6c545' },
  series5: { day: '#4b4fa6', night: '#9fa2f0' },
  series6: { day: '#a3262a', night: '#ff7b7b' },
  series7: { day: '#6f757c', night: '#b3b9c0' },
} as const satisfies Readonly<Record<string, Shades>>;

type Name = keyof typeof palette;
const names = Object.keys(palette) as Name[];

export const seriesColours = names
  .filter((name) => name.startsWith('series'))
  .map((name) => palette[name].day);

/** Steps of a grid from its lowest to its highest value (viridis): readable on any paper. */
export const gridColours = ['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725'] as const;

/** A drawing whose colours are those of the page around it. */
export function inPageColours(svg: string): string {
  return names.reduce((text, name) => text.replaceAll(`"${palette[name].day}"`, `"var(--${name})"`), svg);
}

/** These colours as a style sheet: paper is always white. */
export function colourStyle(): string {
  const all = (shade: keyof Shades) => names.map((name) => `--${name}: ${palette[name][shade]};`).join(' ');
  return `:root { color-scheme: light dark; ${all('day')} }
@media screen and (prefers-color-scheme: dark) { :root { ${all('night')} } }`;
}

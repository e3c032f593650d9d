/** An effect that costs a compilation something -> options of `compile` that should make it less. They are tried before they are recommended. */
import type { Compiled } from '../ir/compiled.ts';
import { type CompileOptions, mostCopies, mostSlices } from '../ir/options.ts';
import { schemeOf } from '../schemes/models.ts';
import { errorsOf } from '../target/errors.ts';
import { targetFingerprint } from '../target/load.ts';
import { quantization } from '../target/periphery.ts';
import type { LoadedTarget } from '../target/target.ts';
import { wires } from '../target/wires.ts';

/** What rounding weights is called. */
export const weightRounding = 'weight rounding';

export interface Remedy {
  /** As flags, or as a line of an options file where there is no flag. */
  readonly option: string;
  readonly options: CompileOptions;
  readonly loaded: LoadedTarget;
}

/** Shares of the rows at once, and bits more of a converter, that are tried. */
const [fewer, finer] = [4, 2];
const widest = 16;

/** @returns the cheapest first; none for an effect that no option of a compilation does anything about */
export function remediesFor(effect: string, compiled: Compiled): readonly Remedy[] {
  const { mapping, loaded } = compiled;
  const { target } = loaded;
  const { window: _, ...options } = compiled.options;
  const change = (option: string, changed: Partial<CompileOptions>): Remedy => ({
    option,
    options: { ...options, ...changed },
    loaded,
  });
  const most = (of: 'copies' | 'slices') => Math.max(1, ...mapping.layers.map((layer) => layer[of]));
  const copies = Math.min(mostCopies, 2 * most('copies'));
  const slices = most('slices') + 1;
  const longest = Math.max(1, ...mapping.layers.map(({ node }) => node.rows));
  const rows = Math.floor(Math.min(target.driver.rowsAtOnce, target.array.rows, longest) / fewer);
  const moreCopies =
    copies > most('copies') ? [change(`--copies ${copies}`, { copies, residual: false })] : [];
  const fewerRows = rows > 0 ? [change(`rowsAtOnce: ${rows}`, { rowsAtOnce: rows })] : [];
  if (effect === weightRounding)
    return slices <= mostSlices ? [change(`--slices ${slices}`, { slices })] : [];
  switch (errorsOf(target).find(({ error }) => error === effect)?.acts) {
    case 'writing': {
      const readBack = schemeOf(target).readsBack && !options.residual && !target.hidden;
      return [
        ...moreCopies,
        ...(readBack ? [change('--copies 2 --residual', { copies: 2, residual: true })] : []),
      ];
    }
    case 'reading':
      return moreCopies;
    case 'unused cells':
      return fewerRows;
    case 'settling':
      if (effect === quantization) return [...fewerRows, ...finerConverter(loaded, options)];
      if (effect !== wires.name) return [];
      return options.wireCorrection === 'levels'
        ? fewerRows
        : [
            change('--wire-correction levels', { wireCorrection: 'levels' }),
            ...(rows > 0
              ? [
                  change(`--wire-correction levels, rowsAtOnce: ${rows}`, {
                    wireCorrection: 'levels',
                    rowsAtOnce: rows,
                  }),
                ]
              : []),
          ];
    default:
      return [];
  }
}

/** Another chip, whose converters have more bits. */
function finerConverter(loaded: LoadedTarget, options: CompileOptions): Remedy[] {
  const bits = Math.min(widest, loaded.target.adc.bits + finer);
  if (bits === loaded.target.adc.bits) return [];
  const target = { ...loaded.target, adc: { ...loaded.target.adc, bits } };
  const set = `adc.bits=${bits}`;
  const overrides = [...loaded.overrides, set];
  return [
    {
      option: `--set ${set}`,
      options: { ...options, set: [...options.set, set] },
      loaded: { ...loaded, target, overrides, fingerprint: targetFingerprint(target) },
    },
  ];
}

/** The forms of measurements, and the laws that each can be fitted to. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { ageingOf } from './ageing/ageing.ts';
import { drifts } from './ageing/drift.ts';
import { relaxations } from './ageing/relaxation.ts';
import type { Column } from './columns.ts';
import { variantOf } from './fit-normals.ts';
import type { Variant } from './law.ts';
import { loopsOf } from './loops/loops.ts';
import { writeLoops } from './loops/write-loop.ts';
import type { Measurements } from './measurements.ts';
import { stepVariants } from './pulses/step-variants.ts';
import { trainsOf } from './pulses/trains.ts';
import { tracesOf } from './traces/traces.ts';
import { noises } from './traces/whittle.ts';
import { sigmaPolynomials } from './writes/sigma-polynomial.ts';
import { writesOf } from './writes/writes.ts';

interface About {
  /** Of its plot and of reports: small letters and hyphens. */
  readonly name: string;
  readonly what: string;
  /** The columns that it has. */
  readonly columns: string;
  /** Whether a file with these columns is of this form. */
  readonly is: (columns: ReadonlySet<Column>) => boolean;
  /** The bundled target whose values stand for what is not measured, where none is named. */
  readonly like: string;
  /** Sections and fields that the fit replaces as a whole. */
  readonly replaces: readonly string[];
}

interface Devices<Device> {
  readonly devices: readonly Device[];
  readonly problems: readonly Diagnostic[];
}

/** One form of measurements, with what can be made of it. */
export interface Form extends About {
  /** Names of the laws that it can be fitted to. */
  readonly laws: readonly string[];
  /** Devices, with all that is wrong with their rows, and the laws. */
  readonly open: (
    measurements: Measurements,
  ) => Devices<never> & { readonly variants: readonly Variant<readonly never[]>[] };
}

/** Keeps together what a form reads and what its laws are fitted to, whatever that is. */
function form<Device>(
  about: About,
  read: (measurements: Measurements) => Devices<Device>,
  variants: readonly Variant<readonly Device[]>[],
): Form {
  const open = (measurements: Measurements) => ({ ...read(measurements), variants });
  return {
    ...about,
    laws: [...new Set(variants.map(({ law }) => law))],
    open: open as unknown as Form['open'],
  };
}

export const forms: readonly Form[] = [
  form(
    {
      name: 'steps',
      what: 'identical pulses up and down, with a reading after each',
      columns: 'device, pulse, polarity (or voltage), conductance (or current and vread)',
      is: (columns) =>
        columns.has('pulse') && !columns.has('target') && (columns.has('polarity') || columns.has('voltage')),
      like: 'cmo-hfox-350nm',
      replaces: ['programming.pulse'],
    },
    trainsOf,
    stepVariants,
  ),
  form(
    {
      name: 'writes',
      what: 'results of writes to levels',
      columns: 'device, target, conductance (or current and vread)',
      is: (columns) =>
        columns.has('target') && !columns.has('pulse') && !columns.has('time') && !columns.has('reading'),
      like: 'pcm-256',
      replaces: [],
    },
    writesOf,
    sigmaPolynomials,
  ),
  form(
    {
      name: 'loops',
      what: 'write loops, with a reading before the first pulse and after each',
      columns: 'device, target, pulse, conductance (or current and vread)',
      is: (columns) =>
        columns.has('target') && columns.has('pulse') && !columns.has('time') && !columns.has('reading'),
      like: 'tetramem-256',
      replaces: [],
    },
    loopsOf,
    writeLoops,
  ),
  form(
    {
      name: 'ageing',
      what: 'devices at times after programming, the first reading of each at time 0',
      columns: 'device, time, conductance (or current and vread)',
      is: (columns) =>
        columns.has('time') && !columns.has('target') && !columns.has('pulse') && !columns.has('reading'),
      like: 'cmo-hfox-130nm',
      replaces: ['relaxation', 'drift'],
    },
    ageingOf,
    [...relaxations, ...drifts].map(variantOf),
  ),
  form(
    {
      name: 'traces',
      what: 'readings at a constant state, one after the other',
      columns: 'device, reading, time, conductance (or current and vread)',
      is: (columns) =>
        columns.has('reading') && columns.has('time') && !columns.has('target') && !columns.has('pulse'),
      like: 'tetramem-256',
      replaces: ['readNoise', 'flicker', 'logNoise', 'powerNoise', 'telegraph', 'traps'],
    },
    tracesOf,
    noises,
  ),
];

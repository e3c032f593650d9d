/** Everything that can be chosen about a compilation, as flags or as a YAML file say it. */
import { z } from 'zod';
import { defined } from '../defined.ts';
import { optionInvalid, optionsUnreadable } from '../diagnostics/all.ts';
import { DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { mostWritten, readText } from '../files/read-file.ts';
import type { Target } from '../target/target.ts';
import { longestPattern, patternMatcher } from '../text/name-pattern.ts';
import { parseYaml } from '../text/yaml.ts';
import type { Fill } from './corner.ts';
import { layerName, type Origin } from './graph.ts';
import { usualBits } from './input-codes.ts';

const whole = (least: number) => z.number().int().min(least);

const encoding = z
  .enum(['auto', 'differential', 'offset'])
  .describe('how signed weights become conductances; `auto` is decided layer by layer');
/** Cells, or cell pairs, of a weight at most. */
export const mostSlices = 8;
const slices = whole(1).max(mostSlices).describe('cells (or cell pairs) per weight');
/** Times that a digit is stored at most. */
export const mostCopies = 8;
const copies = z
  .union([z.literal('auto'), whole(1).max(mostCopies)])
  .describe(
    'times that every digit is stored; the copies are averaged, and hold finer integers together where cells have few levels. `auto`: as often as the errors of all layers together ask for',
  );
const repeats = z
  .union([z.literal('auto'), whole(1).max(256)])
  .describe(
    'cells of one column that hold every digit, in rows that are driven together; `auto` fills rows that a grouped layer leaves empty',
  );
const residual = z
  .boolean()
  .describe(
    'program the parts of a weight one after the other, each against the read-back error of the others',
  );
const inputNumbers = z
  .enum(['binary', 'sign-magnitude'])
  .describe('how inputs of both signs drive the rows: the bits of their codes, or of their magnitudes');
/** Times that a layer is stored at most, each time for a share of its positions. */
export const mostReplicas = 64;
const replicas = whole(1)
  .max(mostReplicas)
  .describe('times that the layer is stored, on arrays of its own each, for a share of its positions each');
const rowsUsed = whole(1).describe(
  'rows of an array that are filled, from the sensed end of its columns on; the rest stays unformed',
);
const columnsUsed = whole(2).describe('columns of an array that are filled, from its drivers on');
const inputBits = z
  .union([whole(4).max(16), z.literal('auto')])
  .describe(
    'bits of an input code, a plane each; `auto` takes more than 8 where those leave too little of the inputs',
  );
const converterRange = z.enum(['mse', 'max', 'percentile']).describe('policy for the converter ranges');

const layerSchema = z.strictObject({
  match: z
    .string()
    .max(longestPattern, `a pattern has at most ${longestPattern} characters`)
    .describe('pattern of ONNX node names; * stands for any characters'),
  digital: z.boolean().optional().describe('keep the layer off the crossbars'),
  slices: slices.optional(),
  copies: copies.optional(),
  repeats: repeats.optional(),
  residual: residual.optional(),
  encoding: encoding.optional(),
  inputBits: inputBits.optional(),
  inputNumbers: inputNumbers.optional(),
  converterRange: converterRange.optional(),
  rowsUsed: rowsUsed.optional(),
  columnsUsed: columnsUsed.optional(),
  replicas: replicas.optional(),
});

export const defaultTarget = 'tetramem-256-6bit';

export const optionsSchema = z.strictObject({
  target: z.string().default(defaultTarget).describe('name or file of the target'),
  set: z.array(z.string()).default([]).describe('overrides of target fields, such as adc.bits=6'),
  weightBits: whole(2).max(8).default(8).describe('bits of an integer weight, sign included'),
  slices: slices.optional(),
  copies: copies.optional(),
  repeats: repeats.default('auto'),
  residual: residual.default(false),
  encoding: encoding.optional(),
  inputBits: inputBits.optional(),
  inputNumbers: inputNumbers.default('sign-magnitude'),
  converterRange: converterRange.default('mse'),
  columnsPerRange: whole(1)
    .default(1)
    .describe('neighbouring columns (or pairs) whose converters share one range'),
  activationRange: z
    .enum(['mse', 'minmax', 'percentile'])
    .default('mse')
    .describe('policy for the input ranges of layers'),
  signedActivations: z
    .boolean()
    .default(false)
    .describe("two's complement input codes instead of a zero point"),
  equalization: z.boolean().default(false).describe('even out the channels between neighbouring layers'),
  centredInputs: z
    .boolean()
    .optional()
    .describe('drive rows with what their inputs deviate from the mean of their channel'),
  weightRounding: z
    .enum(['nearest', 'error-feedback'])
    .default('error-feedback')
    .describe('how weights become integers'),
  weightRefit: z
    .boolean()
    .default(false)
    .describe('move weights before they are rounded, where a noisy chip is expected to do better with them'),
  biasCorrection: z.boolean().default(true).describe('move the mean quantization error into the bias'),
  calibrationSamples: whole(1).default(128).describe('samples used for calibration at most'),
  calibrationVectors: whole(16)
    .default(1024)
    .describe('input vectors kept per layer, for converters and chips'),
  rowsAtOnce: whole(1).optional().describe('rows driven at once, of those that the target can'),
  rowsUsed: rowsUsed.optional(),
  columnsUsed: columnsUsed.optional(),
  window: z
    .number()
    .min(0.001)
    .max(1)
    .optional()
    .describe('share of the window of conductances that is used, from its lower end'),
  wireCorrection: z
    .enum(['auto', 'none', 'gains', 'levels'])
    .default('auto')
    .describe(
      'what makes up for the resistance of wires: converter steps, or level codes as well; `auto` chooses, and the window and order of rows with it',
    ),
  rowOrder: z
    .enum(['given', 'magnitude'])
    .optional()
    .describe('rows of a tile behind wires: as the inputs come, or the heaviest next to the sensed end'),
  rowsAroundFaults: z
    .boolean()
    .default(false)
    .describe('around known faulty cells, exchange rows too where columns alone leave harm'),
  arrays: whole(1).default(100_000).describe('arrays that may be used'),
  chips: whole(1)
    .optional()
    .describe('chips that there are; layers that do not fit take passes, each of which writes them anew'),
  foldedMiB: whole(1)
    .default(640)
    .describe('MiB that constants may take beyond what the model holds, when they are folded'),
  layers: z.array(layerSchema).default([]).describe('overrides by ONNX node name; the last match wins'),
});

export type CompileOptions = z.output<typeof optionsSchema>;
export type LayerOptions = Omit<z.output<typeof layerSchema>, 'match'>;

/** Completes options given in code or by flags; raises `options/invalid` for every wrong field. */
export function parseOptions(input: z.input<typeof optionsSchema>, place = 'options'): CompileOptions {
  const result = optionsSchema.safeParse(input);
  if (result.success) return result.data;
  raise(
    result.error.issues.map((issue) =>
      optionInvalid(
        `${place}: ${issue.path.join('.') || (issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 20).join(', ') : 'the file')}`,
        issue.message,
        `Fields: ${Object.keys(optionsSchema.shape).join(', ')}; see docs/options.md.`,
      ),
    ),
  );
  throw result.error;
}

/** Reads an options file as plain data; `parseOptions` checks it together with the flags. */
export async function readOptionsFile(path: string): Promise<z.input<typeof optionsSchema>> {
  const read = await readText(path, mostWritten);
  if ('reason' in read) throw new DiagnosticError([optionsUnreadable(path, read)]);
  const { value: written, problems } = parseYaml(read.text);
  raise(problems.map(({ line, reason }) => optionInvalid(`${path}:${line}`, reason)));
  const value = written ?? {};
  if (typeof value !== 'object' || Array.isArray(value))
    raise([optionInvalid(path, 'an options file is a list of fields')]);
  return value as z.input<typeof optionsSchema>;
}

/** Whether nodes have a name that a pattern matches. */
export function nameMatcher(pattern: string): (origin: Origin) => boolean {
  const matches = patternMatcher(pattern);
  return (origin) => matches(layerName(origin));
}

/** The overrides for one layer, merged in order. */
export function layerOptions(options: CompileOptions, origin: Origin): LayerOptions {
  const matching = options.layers.filter(({ match }) => nameMatcher(match)(origin));
  const { match: _, ...merged }: z.output<typeof layerSchema> = Object.assign({}, ...matching);
  return merged;
}

/** How often a layer is stored, each time for a share of its positions. */
export function replicasOf(options: CompileOptions, origin: Origin): number {
  return layerOptions(options, origin).replicas ?? 1;
}

/** Bits of a layer's input codes, where the model does not quantize the input itself. */
export function inputBitsOf(options: CompileOptions, origin: Origin): number | 'auto' {
  return layerOptions(options, origin).inputBits ?? options.inputBits ?? usualBits;
}

/** How one layer goes onto crossbars, with every field said but for what nothing limits. */
export interface Choice extends Fill {
  readonly encoding: 'auto' | 'differential' | 'offset';
  readonly slices: number;
  /** 1 where they are open. */
  readonly copies: number;
  /** Whether the compiler chooses them. */
  readonly copiesOpen: boolean;
  readonly repeats: number | 'auto';
  readonly residual: boolean;
  readonly inputNumbers: CompileOptions['inputNumbers'];
  readonly converterRange: CompileOptions['converterRange'];
}

/** How much of its arrays a layer may fill. @param layer its own options */
export function fillFor(options: CompileOptions, layer: LayerOptions): Fill {
  const { rowsUsed = options.rowsUsed, columnsUsed = options.columnsUsed } = layer;
  return defined({ rowsUsed, columnsUsed });
}

/** What the options of a compilation come to for one layer. */
export function choiceFor(options: CompileOptions, origin: Origin, target: Target): Choice {
  const layer = layerOptions(options, origin);
  const residual = layer.residual ?? options.residual;
  const copies = layer.copies ?? options.copies ?? 'auto';
  return {
    encoding: layer.encoding ?? options.encoding ?? target.cell.encoding,
    slices: layer.slices ?? options.slices ?? target.slices,
    copies: copies === 'auto' ? 1 : copies,
    copiesOpen: copies === 'auto' && !residual,
    repeats: layer.repeats ?? options.repeats,
    residual,
    inputNumbers: layer.inputNumbers ?? options.inputNumbers,
    converterRange: layer.converterRange ?? options.converterRange,
    ...fillFor(options, layer),
  };
}

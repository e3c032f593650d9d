/** Flags and an options file -> the options of a compilation. Flags override the file, and nothing that they say is lost. */
import type { z } from 'zod';
import { defined } from '../defined.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { type Graph, layerName } from '../ir/graph.ts';
import {
  type CompileOptions,
  layerOptions,
  type optionsSchema,
  parseOptions,
  readOptionsFile,
} from '../ir/options.ts';
import { loadTarget } from '../target/load.ts';
import { didYouMean } from '../text/near-names.ts';

type Fields = z.input<typeof optionsSchema>;

/** As commander gives them; `undefined` where a flag was not given. */
export interface CompileFlags {
  readonly options?: string;
  readonly target?: string;
  readonly set: readonly string[];
  readonly slices?: number;
  readonly copies?: number | 'auto';
  readonly repeats?: number;
  readonly residual?: true;
  readonly encoding?: Fields['encoding'];
  readonly converterRange?: Fields['converterRange'];
  readonly wireCorrection?: Fields['wireCorrection'];
  readonly rowsUsed?: number;
  readonly columnsUsed?: number;
  readonly activationRange?: Fields['activationRange'];
  readonly weightBits?: number;
  readonly inputBits?: Fields['inputBits'];
  readonly arrays?: number;
  readonly chips?: number;
  readonly foldedMib?: number;
  readonly samples?: number;
  readonly keepDigital: readonly string[];
  /** false with --no-bias-correction. */
  readonly biasCorrection: boolean;
}

/**
 * Reads the file and lays the flags over it. Lists grow: `--set` and `--keep-digital` come after those of the file.
 * @throws DiagnosticError options/invalid for every wrong field of the file, else of the flags
 */
async function readOptions(flags: CompileFlags): Promise<CompileOptions> {
  const file = flags.options === undefined ? {} : await readOptionsFile(flags.options);
  if (flags.options !== undefined) parseOptions(file, flags.options);
  const { target, slices, copies, repeats, residual, encoding, weightBits, inputBits } = flags;
  const { converterRange, activationRange, wireCorrection, rowsUsed, columnsUsed } = flags;
  const { arrays, chips, foldedMib, samples } = flags;
  const given = defined({
    target,
    slices,
    copies,
    repeats,
    residual,
    encoding,
    converterRange,
    activationRange,
    weightBits,
    inputBits,
    wireCorrection,
    rowsUsed,
    columnsUsed,
    arrays,
    chips,
    foldedMiB: foldedMib,
    calibrationSamples: samples,
    biasCorrection: flags.biasCorrection ? undefined : false,
  });
  const digital = flags.keepDigital.map((match) => ({ match, digital: true }));
  const set = [...(file.set ?? []), ...flags.set];
  return parseOptions({ ...file, ...given, set, layers: [...(file.layers ?? []), ...digital] }, 'flags');
}

/** The options, and the target that they name. */
export async function loadOptions(flags: CompileFlags) {
  const options = await readOptions(flags);
  return { options, loaded: await loadTarget(options.target, options.set) };
}

/**
 * A pattern that matches no node would silently do nothing: one diagnostic for each.
 * @param list the command that lists all nodes
 */
export function checkPatterns(options: CompileOptions, graph: Graph, list: string): void {
  const problems = options.layers.flatMap((layer): readonly Diagnostic[] => {
    const alone = { ...options, layers: [{ ...layer, digital: true }] };
    if (graph.nodes.some(({ origin }) => layerOptions(alone, origin).digital)) return [];
    const names = graph.nodes.map(({ origin }) => layerName(origin));
    return [
      optionInvalid(
        `layers: '${layer.match}'`,
        'this pattern matches no node of the model',
        ...didYouMean(layer.match, names),
        `\`${list}\` lists the names of the nodes.`,
      ),
    ];
  });
  raise(problems);
}

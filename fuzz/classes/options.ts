/** Options of a compilation, in a file and as flags. */
import { join } from 'node:path';
import { optionsSchema } from '../../src/ir/options.ts';
import { corpusModel, smallTarget } from '../corpus/packages.ts';
import { samplesFile } from '../corpus/samples.ts';
import { changeFile, type FuzzClass, type Input } from '../input.ts';
import { withFiles } from '../input-files.ts';
import { mutateNumber } from '../mutate/numbers.ts';
import { mutateYaml } from '../mutate/yaml.ts';
import type { Random } from '../random.ts';
import { runVerb } from '../verb.ts';

const files = [
  'weightBits: 6\nslices: 2\nencoding: differential\nlayers:\n  - match: "MatMul*"\n    slices: 1\n    copies: 2\n',
  'window: 0.5\nwireCorrection: gains\nset: [adc.bits=6, programming.tolerance=12 uS]\nrowsAtOnce: 4\n',
  'residual: true\ncopies: 2\ncolumnsPerRange: 2\nconverterRange: percentile\nactivationRange: minmax\narrays: 8\n',
  'calibrationSamples: 2\ncalibrationVectors: 16\nequalization: true\nweightRounding: nearest\nbiasCorrection: false\n',
  'signedActivations: true\ninputNumbers: binary\nrowOrder: magnitude\nwireCorrection: levels\nencoding: offset\n',
  'layers:\n  - match: "*"\n    encoding: auto\n  - match: Gemm y\n    digital: true\n',
];
const flags = [
  ['--slices', '2'],
  ['--copies', '2'],
  ['--weight-bits', '5'],
  ['--encoding', 'offset'],
  ['--converter-range', 'max'],
  ['--activation-range', 'percentile'],
  ['--wire-correction', 'gains'],
  ['--arrays', '9'],
  ['--samples', '1'],
  ['--keep-digital', 'MatMul*'],
  ['--set', 'cell.levels=16'],
  ['--set', 'adc.bits=4'],
  ['--print-after', 'quantize'],
  ['--residual'],
  ['--no-bias-correction'],
];
const patterns = [
  '(a+)+$',
  '*a*a*a*a*a*a*a*a*a*b',
  '[',
  '**',
  '!(x)',
  '{1..9}',
  '\\',
  '',
  '\x1b[2J',
  '@(M|G)*',
  '/',
  '?',
];
const values = [
  ...patterns,
  '0',
  '-1',
  '1e9',
  '2.5',
  'NaN',
  'auto',
  '--help',
  'adc.bits=',
  '=',
  'a=b',
  'adc.bits=[1',
  '__proto__=1',
];

export const fuzzClass: FuzzClass = {
  name: 'options',
  module: import.meta.url,
  async open(scratch) {
    const { model, sample } = corpusModel('small');
    const samples = samplesFile(sample);
    const words = [
      ...Object.keys(optionsSchema.shape),
      ...patterns,
      'match',
      'digital',
      'mse',
      'none',
      'gains',
      'levels',
    ];
    const at = (name: string) => join(scratch, name);
    return {
      corpus: files.map(
        (text): Input =>
          new Map([
            ['options.yaml', Buffer.from(text)],
            ['flags.json', Buffer.from('[]')],
            ['model.onnx', model],
            ['samples.npy', samples],
          ]),
      ),
      mutate: (random, input) =>
        random.chance(0.3)
          ? changeFile(input, 'flags.json', (bytes) => withFlag(random, bytes))
          : changeFile(input, 'options.yaml', (bytes) => mutateYaml(random, bytes, [], words)),
      execute: (input) =>
        withFiles(scratch, input, async () => {
          const own = JSON.parse(String(input.get('flags.json'))) as string[];
          const given = [
            ...smallTarget('tetramem-256-6bit'),
            '--calibrate',
            at('samples.npy'),
            '--options',
            at('options.yaml'),
          ];
          await runVerb(['compile', at('model.onnx'), ...given, '-o', at('model.xbar'), ...own], {
            usage: true,
          });
        }),
    };
  },
};

/** One flag more, with the value that it has or another. */
function withFlag(random: Random, bytes: Uint8Array): Uint8Array {
  const own = JSON.parse(String(bytes)) as string[];
  const [flag, value] = random.pick(flags);
  const other = /^\d+$/.test(value ?? '') ? String(mutateNumber(random, Number(value))) : random.pick(values);
  const changed = value === undefined ? [] : [random.chance(0.4) ? value : other];
  return Buffer.from(JSON.stringify([...own, flag, ...changed]));
}

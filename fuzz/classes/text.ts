/** Files that people write: assembly text, preprocessing, lists of labels, fault maps. */
import { join } from 'node:path';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import { disassembleArray, disassembleHeader } from '../../src/bitstream/disassemble.ts';
import { openDataset } from '../../src/data/open.ts';
import { dataFiles } from '../corpus/data-files.ts';
import { compilePackages, smallTarget } from '../corpus/packages.ts';
import { changeFile, type FuzzClass, type Input } from '../input.ts';
import { withFiles } from '../input-files.ts';
import { mutateJson } from '../mutate/json.ts';
import { mutateText } from '../mutate/text.ts';
import { mutateYaml } from '../mutate/yaml.ts';
import { Inconsistency } from '../outcome.ts';
import { runVerb } from '../verb.ts';

const preprocessing = [
  'resize: 8\ncrop: [6, 5]\nkernel: linear\ncolor: rgb\nlayout: NCHW\nscale: 1/255\nmean: [0.5, 0.4, 0.3]\nstd: 2\n',
  'layout: NCHW\nlabelOffset: 1\nclasses: [cat, dog, 3]\ncolor: bgr\nresize: [6, 5]\n',
];
const labels = 'file,class,name\nimage.png,0,"a, ""b"""\nimage.png,2,c\n';
const faults = JSON.stringify({
  format: 'crossloom-faults',
  version: 1,
  rows: 16,
  columns: 16,
  arrays: [
    [
      [0, 1, 0.0001],
      [3, 2, 0.004],
    ],
    [],
  ],
});

export const fuzzClass: FuzzClass = {
  name: 'text',
  module: import.meta.url,
  async open(scratch) {
    const packages = await compilePackages(scratch, ['tetramem-256-6bit', 'leti-fecap-130nm']);
    const [first] = packages;
    const record = first!.files.get('calibration.npz')!;
    const png = (await dataFiles()).find((files) => files.has('image.png'))!.get('image.png')!;
    const at = (name: string) => join(scratch, name);
    const input = (files: Readonly<Record<string, Uint8Array | string>>): Input =>
      new Map(Object.entries(files).map(([name, file]) => [name, Buffer.from(file)]));
    const corpus = [
      ...packages.map(({ files }) => input({ 'program.txt': disassembled(files.get('program.xbs')!) })),
      ...preprocessing.map((file) => input({ 'preprocess.yaml': file, 'image.png': png })),
      input({ 'labels.csv': labels, 'images/image.png': png }),
      input({ 'faults.json': faults, 'model.onnx': first!.model.model, 'record.npz': record }),
    ];
    /** What is done with each, by its first file. */
    const uses: Readonly<Record<string, () => Promise<void>>> = {
      async 'program.txt'() {
        await runVerb(['asm', at('program.txt'), '-o', at('program.xbs')]);
        const printed = await runVerb(['disasm', at('program.xbs')]);
        if (!printed.startsWith('.format')) throw new Inconsistency('what was assembled is not disassembled');
      },
      'preprocess.yaml': () => readSamples(at('image.png'), { preprocessing: at('preprocess.yaml') }),
      'labels.csv': () => readSamples(at('images')),
      async 'faults.json'() {
        const given = ['--calibration', at('record.npz'), ...smallTarget('tetramem-256-6bit')];
        await runVerb([
          'compile',
          at('model.onnx'),
          ...given,
          '--faults',
          at('faults.json'),
          '-o',
          at('model.xbar'),
        ]);
      },
    };
    return {
      corpus,
      mutate: (random, input) => {
        const [name] = [...input.keys()];
        return changeFile(input, name!, (bytes) => {
          if (name === 'faults.json' && random.chance(0.7)) return mutateJson(random, bytes);
          if (name === 'preprocess.yaml')
            return mutateYaml(random, bytes, [], ['nearest', 'lanczos3', 'bgr', 'luma', '1/0', '0']);
          return Buffer.from(mutateText(random, String(bytes)));
        });
      },
      execute: (input) => withFiles(scratch, input, uses[[...input.keys()][0]!]!),
    };
  },
};

function disassembled(bytes: Uint8Array): string {
  const { header, programs } = decodeBytes(bytes, 'program.xbs');
  return [
    ...disassembleHeader(header),
    ...programs.flatMap((program) => [...disassembleArray(program)]),
  ].join('\n');
}

async function readSamples(path: string, options: Parameters<typeof openDataset>[1] = {}): Promise<void> {
  const dataset = await openDataset(path, options);
  const input = { name: 'x', dims: ['N', 3, 'height', 'width'] };
  for await (const { feeds } of dataset.batches([0], 1, [input]))
    if (!(feeds.x!.data as Float32Array).every(Number.isFinite))
      throw new Inconsistency('a sample is not finite');
}

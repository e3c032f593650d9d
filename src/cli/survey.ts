/** `crossloom survey`: tests every cell of a simulated chip, as a tester does after forming, and writes its fault map. */
import type { Command } from 'commander';
import { surveyChip } from '../chip/survey.ts';
import { defined } from '../defined.ts';
import { writeInPlace } from '../files/write-file.ts';
import { faultCount, formatFaultMap, hashFaultMap } from '../ir/fault-map.ts';
import { counted, formatShare } from '../report/number.ts';
import { loadTarget } from '../target/load.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { seedNumber, wholeNumber, withJson, withSet, withThreads } from './options.ts';
import { checkOutput } from './output.ts';
import { withStages } from './stages.ts';

interface SurveyCommandLine {
  readonly target: string;
  readonly set: readonly string[];
  readonly arrays: number;
  readonly seed: number;
  readonly output: string;
  readonly threads?: number;
  readonly force?: true;
  readonly json?: true;
}

async function run(io: Io, args: SurveyCommandLine): Promise<void> {
  const { arrays, seed, output, threads } = args;
  await checkOutput(output, args.force ?? false);
  const loaded = await loadTarget(args.target, args.set);
  const map = await withStages(io, ({ report }) =>
    surveyChip(loaded, {
      arrays,
      seed,
      ...defined({ threads }),
      onArray: (done, total) => report('testing arrays', done, total),
    }),
  );
  const { name } = loaded.target;
  await writeInPlace(output, Buffer.from(formatFaultMap(map, { target: name, seed })), args.force ?? false);
  const faults = faultCount(map);
  const cells = arrays * map.rows * map.columns;
  if (args.json) {
    const sha256 = hashFaultMap(map);
    return printJson(io, 'survey', { map: output, target: name, seed, arrays, cells, faults, sha256 });
  }
  io.stdout(
    `${output}: ${counted(faults, 'faulty cell')} of ${counted(cells, 'cell')} (${formatShare(faults / cells)}) in ${counted(arrays, 'array')} of ${name}, seed ${seed}\n`,
  );
}

export function declareSurvey(command: Command, io: Io): void {
  command
    .option('--target <target>', 'a bundled target, or the path of a target file', 'tetramem-256-6bit')
    .requiredOption(
      '--arrays <n>',
      'arrays that are tested, as many as the model takes',
      wholeNumber(1, 100_000),
    )
    .requiredOption('-o, --output <faults.json>', 'the fault map')
    .option('--seed <n>', 'the chip that `program` gets with this seed', seedNumber, 1)
    .option('--force', 'replace an existing file');
  withExamples(
    withJson(withThreads(withSet(command))),
    'crossloom survey --target tetramem-256-6bit --arrays 192 --seed 1 -o faults.json',
    'crossloom compile mobilenetv2.onnx --preset imagenet --calibrate images/ --faults faults.json -o mobilenetv2.xbar',
  ).action((args: SurveyCommandLine) => run(io, args));
}

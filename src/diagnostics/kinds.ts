/**
 * Kinds of problems: what has to be put right, the exit code of a run that met no other kind, and the stages that the codes
 * of its diagnostics begin with. The code (`target/unit`) is the precise name of a problem; the exit code tells a script
 * which of its inputs to look at.
 */
export const kinds = {
  usage: {
    exit: 2,
    what: 'wrong usage, or a path from which nothing can be read or written',
    stages: ['usage'],
  },
  model: { exit: 10, what: 'the model', stages: ['onnx'] },
  target: { exit: 20, what: 'the target', stages: ['target', 'survey', 'transfer', 'wires'] },
  options: { exit: 25, what: 'an option, by flag or file', stages: ['options', 'read'] },
  mapping: { exit: 26, what: 'the mapping does not fit the chip', stages: ['map'] },
  calibration: { exit: 27, what: 'ranges or record of the calibration', stages: ['calibrate'] },
  package: { exit: 30, what: 'the package', stages: ['package'] },
  bitstream: { exit: 34, what: 'the bitstream, or its text', stages: ['bitstream'] },
  chip: { exit: 37, what: 'the chip, or what is left of it', stages: ['chip', 'delta', 'wear'] },
  data: {
    exit: 40,
    what: 'data, labels, preprocessing, fault maps, measurements',
    stages: ['data', 'faults', 'fit'],
  },
  report: { exit: 41, what: 'a report of an earlier run', stages: ['report'] },
  sweep: { exit: 42, what: 'the study of a sweep, or its results', stages: ['sweep'] },
  bound: { exit: 50, what: 'a bound such as --min-accuracy is not met', stages: ['verify', 'tune'] },
  result: { exit: 51, what: 'a result that is not a number', stages: ['result'] },
  device: { exit: 52, what: 'a device that models are to run on', stages: ['device'] },
  queue: { exit: 55, what: 'the queue, its workers, or what Redis holds of tasks', stages: ['queue'] },
  learning: { exit: 60, what: 'what is to learn, or its checkpoint', stages: ['train'] },
} as const;

type Stage = (typeof kinds)[keyof typeof kinds]['stages'][number];
export type Code = `${Stage}/${string}`;

const exitOfStage = new Map<string, number>(
  Object.values(kinds).flatMap(({ exit, stages }) => stages.map((stage) => [stage, exit] as const)),
);

/** Exit code of the kind of problem that `code` names. */
export function exitOf(code: Code): number {
  return exitOfStage.get(code.slice(0, code.indexOf('/')))!;
}

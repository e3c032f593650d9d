/** The verbs of crossloom, in the order in which its help lists them. */
import type { Verb } from './verb.ts';

export const verbs: readonly Verb[] = [
  {
    name: 'demo',
    takes: '[options]',
    description: 'compile the bundled MobileNet-V2 for two chips, program them, and measure their accuracy',
    load: async () => (await import('./demo.ts')).declareDemo,
  },
  {
    name: 'compile',
    takes: '[options] <model>',
    description: 'compile a trained ONNX model into a package for a chip',
    load: async () => (await import('./compile.ts')).declareCompile,
  },
  {
    name: 'program',
    takes: '[options] <package>',
    description: 'program a simulated chip from a package, cell by cell, and calibrate it',
    load: async () => (await import('./program.ts')).declareProgram,
  },
  {
    name: 'verify',
    takes: '[options] <package>',
    description: 'score floating point, the ideal chip and programmed chips on the same images',
    load: async () => (await import('./verify.ts')).declareVerify,
  },
  {
    name: 'train',
    takes: '[options] [network]',
    description: 'learn on a chip, and write what was learnt as a package',
    load: async () => (await import('./train.ts')).declareTrain,
  },
  {
    name: 'tune',
    takes: '[options] <model>',
    description: 'search the cheapest mapping that loses no more accuracy than a bound',
    load: async () => (await import('./tune.ts')).declareTune,
  },
  {
    name: 'sweep',
    takes: '[options] <study>',
    description: 'measure a study: many targets, options, chips and times, here or on a cluster',
    load: async () => (await import('./sweep.ts')).declareSweep,
  },
  {
    name: 'worker',
    takes: '[options]',
    description: 'execute tasks that `crossloom sweep --queue` submits, on this machine and any other',
    load: async () => (await import('./worker.ts')).declareWorker,
  },
  {
    name: 'run',
    takes: '[options] <package>',
    description: 'run one input on a programmed chip and print the top classes',
    load: async () => (await import('./run.ts')).declareRun,
  },
  {
    name: 'survey',
    takes: '[options]',
    description: 'test every cell of a simulated chip and write the map of its faulty cells',
    load: async () => (await import('./survey.ts')).declareSurvey,
  },
  {
    name: 'yield',
    takes: '[options] <package>',
    description: 'sample chips, and count those whose faulty cells can be worked around',
    load: async () => (await import('./yield.ts')).declareYield,
  },
  {
    name: 'inspect',
    takes: '[options] <place>',
    description: 'show what is in a package or on a chip',
    load: async () => (await import('./inspect.ts')).declareInspect,
  },
  {
    name: 'where',
    takes: '[options] <package>',
    description: 'show where a layer or a weight lies on the chip, or what lies on an array or in a cell',
    load: async () => (await import('./where.ts')).declareWhere,
  },
  {
    name: 'cost',
    takes: '[options] <package>',
    description:
      'tell what an inference and programming take: energy, latency and area, by part and by layer',
    load: async () => (await import('./cost.ts')).declareCost,
  },
  {
    name: 'explain',
    takes: '[options] <package>',
    description: 'tell which effect of the target costs how many points: alone, and as the one taken away',
    load: async () => (await import('./explain.ts')).declareExplain,
  },
  {
    name: 'diff',
    takes: '[options] <before> <after>',
    description: 'show what differs between two bitstreams, packages or chips',
    load: async () => (await import('./diff.ts')).declareDiff,
  },
  {
    name: 'report',
    takes: '[options] <package>',
    description: 'write a package, a chip of it and its verifications as one page that needs nothing else',
    load: async () => (await import('./report.ts')).declareReport,
  },
  {
    name: 'export',
    takes: '[options] <package>',
    description: 'write a programmed chip in forms that other tools read',
    load: async () => (await import('./export/export.ts')).declareExport,
  },
  {
    name: 'disasm',
    takes: '[options] <package>',
    description: 'print a bitstream as text',
    load: async () => (await import('./disasm.ts')).declareDisasm,
  },
  {
    name: 'asm',
    takes: '[options] <file>',
    description: 'assemble the text of a bitstream, as disasm prints it',
    load: async () => (await import('./asm.ts')).declareAsm,
  },
  {
    name: 'targets',
    takes: '',
    description: 'list, show, check and make the chips that can be compiled for, and what their transfers do',
    load: async () => (await import('./targets.ts')).declareTargets,
  },
  {
    name: 'fit',
    takes: '[options] <file...>',
    description: 'write a target file from measurements: the law that fits them best, and all else assumed',
    load: async () => (await import('./fit.ts')).declareFit,
  },
  {
    name: 'characterize',
    takes: '[options] <target>',
    description: "run a target's own experiments, and write plots, numbers and one page with all of them",
    load: async () => (await import('./characterize.ts')).declareCharacterize,
  },
  {
    name: 'ops',
    takes: '[options] <model>',
    description: 'list where every node of a model goes, crossbar or digital, and why',
    load: async () => (await import('./ops.ts')).declareOps,
  },
  {
    name: 'completion',
    takes: '<shell>',
    description: 'print the script that completes verbs, flags and targets in a shell',
    load: async () => (await import('./completion.ts')).declareCompletion,
  },
  {
    name: 'version',
    takes: '',
    description: 'print the version',
    load: async () => (await import('./version.ts')).declareVersion,
  },
];

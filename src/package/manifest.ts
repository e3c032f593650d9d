/** manifest.json of a package: what it was made from, by what, and where every node of the model went. */
import { z } from 'zod';
import type { FaultReport } from '../ir/fault-report.ts';
import type { MappingSummary } from '../ir/summary.ts';
import type { Target } from '../target/target.ts';

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

const answer = z.strictObject({
  dims: z.array(z.number().int()),
  places: z
    .array(z.number().int().nonnegative())
    .optional()
    .describe('where in the flat output the values stand; absent: at its beginning'),
  values: z.array(z.number()),
});

export const manifestSchema = z.strictObject({
  format: z.literal(1),
  crossloom: z.string().describe('version of the compiler'),
  model: z.strictObject({ file: z.string(), sha256: z.string() }),
  training: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .optional()
    .describe(
      'what the network was trained with, where it was trained on its chip; the model is reference.onnx then',
    ),
  target: z.strictObject({
    name: z.string(),
    fingerprint: z.string(),
    overrides: z.array(z.string()),
    values: z
      .custom<Target>(isObject)
      .describe('the target in SI units, as it was checked when it was loaded'),
    provenance: z.array(
      z.strictObject({
        field: z.string(),
        text: z.string(),
        from: z.enum(['paper', 'source', 'derived', 'assumed', 'override']),
        source: z.string(),
      }),
    ),
  }),
  options: z.record(z.string(), z.unknown()),
  preprocessing: z.unknown().optional().describe('how images became inputs during calibration'),
  files: z.record(z.string(), z.string()).describe('SHA-256 of every other file of the package'),
  delta: z
    .strictObject({ base: z.string().describe('SHA-256 of the bitstream of the chip that it goes onto') })
    .optional()
    .describe('present with delta.xbs'),
  summary: z.custom<MappingSummary>(isObject).describe('the table of the compilation'),
  faults: z
    .custom<FaultReport>((value) => z.looseObject({ sha256: z.string() }).safeParse(value).success)
    .optional()
    .describe('fault map of the one chip that this is for, and what was done about it'),
  nodes: z.array(
    z.strictObject({
      name: z.string(),
      op: z.string(),
      index: z.number().int(),
      crossbar: z.boolean(),
      rule: z.string(),
    }),
  ),
  calibration: z.strictObject({ samples: z.array(z.string()).describe('SHA-256 of every sample') }),
  knownAnswers: z
    .record(z.string(), answer)
    .describe('outputs of reference.onnx, and of a crossbar layer, for the known input in calibration.npz'),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Files that every package has. A large host.onnx or reference.onnx has a file of its tensors besides: dataFileOf. */
export const packageFiles = {
  bitstream: 'program.xbs',
  host: 'host.onnx',
  reference: 'reference.onnx',
  calibration: 'calibration.npz',
  manifest: 'manifest.json',
} as const;

/** In packages that were made from an earlier one: what turns a chip of that one into a chip of this. */
export const deltaFile = 'delta.xbs';

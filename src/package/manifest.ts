/** manifest.json of a package: what it was made from, by what, and where every node of the model went. */
import { z } from 'zod';
import { canonicalJson } from '../files/canonical-json.ts';
import { sha256 } from '../files/hash.ts';
import { count, faultReportSchema, hash, origin, summarySchema } from './summary-schema.ts';

const answer = z.strictObject({
  dims: z.array(count),
  places: z
    .array(count)
    .optional()
    .describe('where in the flat output the values stand; absent: at its beginning'),
  values: z.array(z.number()),
});

export const manifestSchema = z.strictObject({
  format: z.literal(1),
  crossloom: z.string().describe('version of the compiler'),
  model: z.strictObject({ file: z.string(), sha256: hash }),
  training: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .optional()
    .describe(
      'what the network was trained with, where it was trained on its chip; the model is reference.onnx then',
    ),
  target: z.strictObject({
    name: z.string(),
    fingerprint: hash,
    overrides: z.array(z.string()),
    values: z
      .record(z.string(), z.unknown())
      .describe('the target in SI units; checked as target files are, and the fingerprint is theirs'),
    provenance: z.array(
      z.strictObject({
        field: z.string(),
        text: z.string(),
        from: z.enum(['paper', 'source', 'measured', 'derived', 'assumed', 'override']),
        source: z.string(),
      }),
    ),
  }),
  options: z.record(z.string(), z.unknown()),
  preprocessing: z.unknown().optional().describe('how images became inputs during calibration'),
  files: z.record(z.string(), hash).describe('SHA-256 of every other file of the package'),
  delta: z
    .strictObject({ base: hash.describe('SHA-256 of the bitstream of the chip that it goes onto') })
    .optional()
    .describe('present with delta.xbs'),
  summary: summarySchema.describe('the table of the compilation'),
  faults: faultReportSchema
    .optional()
    .describe('fault map of the one chip that this is for, and what was done about it'),
  nodes: z.array(origin.extend({ crossbar: z.boolean(), rule: z.string() })),
  calibration: z.strictObject({ samples: z.array(z.string()).describe('SHA-256 of every sample') }),
  knownAnswers: z
    .record(z.string(), answer)
    .describe('outputs of reference.onnx, and of a crossbar layer, for the known input in calibration.npz'),
  sha256: hash.describe('of everything else in the manifest: see manifestHash'),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** SHA-256 of a manifest's other fields, as JSON with sorted keys and without spaces. */
export function manifestHash(manifest: object): string {
  // As it is read back: without what JSON does not keep.
  const { sha256: _, ...rest } = JSON.parse(JSON.stringify(manifest)) as { sha256?: unknown };
  return sha256(canonicalJson(rest));
}

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

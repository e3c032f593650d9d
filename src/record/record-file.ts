/**
 * The calibration record as a file: a zip in the manner of NumPy's .npz, whose record.json holds the choices and whose
 * arrays hold the vectors and means. The same record gives the same bytes.
 */
import { z } from 'zod';
import { calibrationMismatch } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { decodeNpy, encodeNpy, type NpyArray } from '../files/npy.ts';
import { readZip, writeZip } from '../files/zip.ts';
import type { CalibrationRecord, LayerRecord } from '../ir/calibration-record.ts';

const schema = z.strictObject({
  format: z.literal(1),
  model: z.string(),
  activations: z.strictObject({
    policy: z.enum(['minmax', 'percentile', 'mse']),
    signed: z.boolean(),
    equalized: z.boolean(),
  }),
  samples: z.array(z.string()),
  knownAnswer: z.array(z.string()),
  layers: z.array(
    z.strictObject({
      output: z.string(),
      scale: z.number(),
      zero: z.number().int(),
      signed: z.boolean(),
      positions: z.number().int(),
      space: z.array(z.number().int()),
    }),
  ),
});

export function encodeRecord(record: CalibrationRecord): Uint8Array {
  const layers = [...record.layers];
  const inputs = Object.entries(record.knownAnswer.inputs);
  const json: z.input<typeof schema> = {
    format: 1,
    model: record.model,
    activations: record.activations,
    samples: [...record.samples],
    knownAnswer: inputs.map(([name]) => name),
    layers: layers.map(([output, { quantization, positions, space }]) => ({
      output,
      ...quantization,
      positions,
      space: [...space],
    })),
  };
  const files = new Map<string, Uint8Array>([['record.json', Buffer.from(JSON.stringify(json, null, 1))]]);
  const put = (name: string, array: NpyArray) => files.set(`${name}.npy`, encodeNpy(array));
  layers.forEach(([, layer], i) => {
    const rows = layer.inputMean.length;
    put(`vectors_${i}`, { type: 'uint8', dims: [layer.count, rows], data: layer.vectors });
    put(`input_mean_${i}`, { type: 'float32', dims: [rows], data: layer.inputMean });
    put(`quantized_mean_${i}`, { type: 'float32', dims: [rows], data: layer.quantizedMean });
  });
  inputs.forEach(([, { dims, data }], i) => {
    put(`known_input_${i}`, { type: 'float32', dims, data });
  });
  return writeZip(files);
}

/** @param file as messages name it */
export function decodeRecord(bytes: Uint8Array, file: string): CalibrationRecord {
  try {
    const files = readZip(bytes);
    const json = schema.parse(JSON.parse(new TextDecoder().decode(files.get('record.json'))));
    const array = (name: string, memory?: SharedArrayBufferConstructor) =>
      decodeNpy(files.get(`${name}.npy`)!, memory);
    return {
      model: json.model,
      activations: json.activations,
      samples: json.samples,
      layers: new Map(
        json.layers.map(({ output, scale, zero, signed, positions, space }, i): [string, LayerRecord] => {
          const vectors = array(`vectors_${i}`, SharedArrayBuffer);
          return [
            output,
            {
              quantization: { scale, zero, signed },
              positions,
              space,
              vectors: vectors.data as Uint8Array,
              count: vectors.dims[0]!,
              inputMean: array(`input_mean_${i}`).data as Float32Array,
              quantizedMean: array(`quantized_mean_${i}`).data as Float32Array,
            },
          ];
        }),
      ),
      knownAnswer: {
        inputs: Object.fromEntries(
          json.knownAnswer.map((name, i) => {
            const { dims, data } = array(`known_input_${i}`);
            return [name, { dims, data: data as Float32Array }];
          }),
        ),
      },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    throw new DiagnosticError([calibrationMismatch(file, `this is not a calibration record (${reason})`)]);
  }
}

/**
 * Inputs of whole samples as arrays of a calibration record, and back: the numbers of their values in a table of all that there
 * are, in one byte or two, where there are few enough, as of pixels; else the values themselves.
 */
import type { NpyArray } from '../files/npy.ts';
import type { SampleInputs } from '../ir/calibration-record.ts';

type Put = (name: string, array: NpyArray) => void;

const sampleName = (sample: number, input: number) => `sample_${sample}_${input}`;
const tableName = (input: number) => `sample_values_${input}`;

/** @param names of the inputs, as they are numbered */
export function putInputs(samples: readonly SampleInputs[], names: readonly string[], put: Put): void {
  for (const [i, name] of names.entries()) {
    const own = samples.map((sample) => sample[name]!);
    const table = tableOf(own.map(({ data }) => data));
    if (table) put(tableName(i), { type: 'float32', dims: [table.length], data: table });
    const numbers = new Map(Array.from(table ?? [], (value, number) => [value, number]));
    for (const [s, { dims, data }] of own.entries()) {
      const codes = table && Uint16Array.from(data, (value) => numbers.get(value)!);
      put(sampleName(s, i), codes ? { ...narrowed(codes, table), dims } : { type: 'float32', dims, data });
    }
  }
}

function narrowed(codes: Uint16Array, { length }: Float32Array): Omit<NpyArray, 'dims'> {
  return length > 256 ? { type: 'uint16', data: codes } : { type: 'uint8', data: Uint8Array.from(codes) };
}

/** All values in order; undefined where they are too many for two bytes, or a table would be no shorter. */
function tableOf(samples: readonly Float32Array[]): Float32Array | undefined {
  const values = new Set<number>();
  let count = 0;
  for (const data of samples) {
    count += data.length;
    // -0 and 0 are one number to a set, and two inputs.
    for (const value of data) if (Object.is(value, -0)) return undefined;
    for (const value of data) if (values.add(value).size > 65536) return undefined;
  }
  const bytes = values.size > 256 ? 2 : 1;
  return 4 * values.size + bytes * count < 4 * count ? Float32Array.from(values).sort() : undefined;
}

/**
 * @param arrayIn reads an array of the record; undefined where there is none of that name
 * @throws Error with what is wrong
 */
export function inputsIn(
  count: number,
  names: readonly string[],
  arrayIn: (name: string) => NpyArray | undefined,
): readonly SampleInputs[] {
  const tables = names.map((_, i) => arrayIn(tableName(i))?.data);
  return Array.from({ length: count }, (_, s) =>
    Object.fromEntries(
      names.map((name, i) => {
        const array = arrayIn(sampleName(s, i));
        if (!array) throw new Error(`it has no ${sampleName(s, i)}`);
        const data = valuesOf(array, tables[i]);
        if (!data?.every(Number.isFinite)) throw new Error(`${sampleName(s, i)} holds what is no number`);
        return [name, { dims: array.dims, data }];
      }),
    ),
  );
}

function valuesOf({ data }: NpyArray, table: NpyArray['data'] | undefined): Float32Array | undefined {
  if (data instanceof Float32Array) return data;
  return table && Float32Array.from(data, (number) => table[number] ?? Number.NaN);
}

/** Whether two results are the same, bit for bit. */
import type { Tensor } from '../../src/math/tensor.ts';

type Results = Readonly<Record<string, Tensor>>;

/** @returns what differs first: names, dimensions or a value; undefined where nothing does */
export function firstDifference(got: Results, wanted: Results): string | undefined {
  if (String(Object.keys(got)) !== String(Object.keys(wanted))) return `outputs ${Object.keys(got)}`;
  for (const [name, { dims, data }] of Object.entries(wanted)) {
    const others = got[name]!;
    if (String(others.dims) !== String(dims)) return `'${name}' has shape [${others.dims}], not [${dims}]`;
    for (let i = 0; i < data.length; i++) {
      if (!Object.is(data[i], others.data[i])) return `'${name}'[${i}] is ${others.data[i]}, not ${data[i]}`;
    }
  }
  return undefined;
}

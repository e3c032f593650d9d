/** Whether the known inputs of a record are inputs of a graph. */
import type { SampleInputs } from '../ir/calibration-record.ts';
import type { ValueInfo } from '../ir/graph.ts';

/** @returns the name of the first input for which there is none, or one of other dims */
export function unfitInput(inputs: readonly ValueInfo[], known: SampleInputs): string | undefined {
  return inputs.find(({ name, dims }) => {
    const given = Object.hasOwn(known, name) ? known[name] : undefined;
    const fits = (d: number, axis: number) => typeof dims?.[axis] !== 'number' || dims[axis] === d;
    return !given || (dims !== undefined && (given.dims.length !== dims.length || !given.dims.every(fits)));
  })?.name;
}

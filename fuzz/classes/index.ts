/** The classes of the campaign. */
import type { FuzzClass } from '../input.ts';
import { onnx } from './onnx.ts';

const classes: readonly FuzzClass[] = [onnx];

export const classNames: readonly string[] = classes.map(({ name }) => name);

export function classOf(name: string): FuzzClass {
  return classes.find((own) => own.name === name)!;
}

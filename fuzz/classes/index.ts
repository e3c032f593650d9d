/** The classes of the campaign. */
import type { FuzzClass } from '../input.ts';
import { bitstream } from './bitstream.ts';
import { checkpoint } from './checkpoint.ts';
import { chip } from './chip.ts';
import { data } from './data.ts';
import { onnx } from './onnx.ts';
import { options } from './options.ts';
import { package_ } from './package.ts';
import { record } from './record.ts';
import { target } from './target.ts';
import { text } from './text.ts';

const classes: readonly FuzzClass[] = [
  onnx,
  bitstream,
  package_,
  record,
  chip,
  checkpoint,
  target,
  options,
  text,
  data,
];

export const classNames: readonly string[] = classes.map(({ name }) => name);

export function classOf(name: string): FuzzClass {
  return classes.find((own) => own.name === name)!;
}

/** The classes of the campaign. */
import type { FuzzClass } from '../input.ts';
import { fuzzClass as bitstream } from './bitstream.ts';
import { fuzzClass as checkpoint } from './checkpoint.ts';
import { fuzzClass as chip } from './chip.ts';
import { fuzzClass as data } from './data.ts';
import { fuzzClass as onnx } from './onnx.ts';
import { fuzzClass as options } from './options.ts';
import { fuzzClass as packages } from './package.ts';
import { fuzzClass as record } from './record.ts';
import { fuzzClass as target } from './target.ts';
import { fuzzClass as text } from './text.ts';

export const classes: readonly FuzzClass[] = [
  onnx,
  bitstream,
  packages,
  record,
  chip,
  checkpoint,
  target,
  options,
  text,
  data,
];

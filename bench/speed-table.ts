/** Rows of figures of speed -> a table in Markdown, row by row, under a line that says what they were measured on. */

import { findModel } from './model.ts';
import { describeProcessor } from './processor.ts';
import type { SpeedRow } from './speed.ts';

export function tableHead(): string {
  const header = '| what | measured | |\n| --- | --- | --- |';
  return `${findModel().label} on tetramem-256-6bit; ${describeProcessor()}\n\n${header}`;
}

export function tableRow({ what, value, unit, beside }: SpeedRow): string {
  return `| ${what} | ${value.toFixed(value < 10 && unit === 's' ? 2 : value < 100 ? 1 : 0)} ${unit} | ${beside} |`;
}

/** Whether converters and drivers with their errors still convert: levels rise, and a row that is not driven is at 0 V. */
import type { Problem } from './problem.ts';
import type { Target } from './target.ts';

export function peripheryProblems({ adc, driver, adcErrors, driverErrors }: Target): readonly Problem[] {
  const problems: Problem[] = [];
  const expect = (holds: boolean, field: string, reason: string) => {
    if (!holds) problems.push({ path: [...field.split('.'), 'value'], reason });
  };
  if (adcErrors) {
    const rising = rises(adcErrors.nonlinearity, 2 ** adc.bits - 1);
    expect(rising, 'adcErrors.nonlinearity', 'codes would fall while the current rises');
  }
  if (driverErrors) {
    const { nonlinearity } = driverErrors;
    const field = 'driverErrors.nonlinearity';
    expect(rises(nonlinearity, 2 ** driver.bits - 1), field, 'the voltage would fall while the input rises');
    expect(nonlinearity[0] === 0, field, 'this must begin with 0: rows that are not driven are held at 0 V');
  }
  return problems;
}

/** Whether x + nonlinearity(x) never falls over a range of `span`. */
function rises(table: readonly number[], span: number): boolean {
  const width = span / (table.length - 1);
  return table.every((value, i) => i === 0 || width + value - table[i - 1]! >= 0);
}

/** What fitting gave, as text: the law of every file, its numbers, and how the others came out. */
import type { Candidate, Choice } from '../fit/choose-law.ts';
import type { FittedField, Score } from '../fit/law.ts';
import { formatQuantity } from '../text/units.ts';
import { counted } from './number.ts';
import { formatTable, numbers, texts } from './table.ts';

export function formatFit(choices: readonly Choice[], width: number | undefined): string {
  return choices.map((choice) => formatChoice(choice, width)).join('\n');
}

function formatChoice(
  { measurements, law, variant, alike, fit, heldOut, candidates }: Choice,
  width?: number,
): string {
  const name = variant === '' ? law : `${law}, ${variant}`;
  const open = alike.length > 0 ? ` (not told from ${alike.join(' or ')})` : '';
  const held = heldOut ? `; left out: ${formatScore(heldOut)}` : '; too few devices to leave any out';
  const rows = fit.fields
    .filter(({ value }) => typeof value !== 'string')
    .map((field) => [
      field.field,
      valueText(field),
      errorText(field),
      field.from === 'measured' ? field.how : `${field.from}: ${field.how}`,
    ]);
  const laws = candidates.map((candidate) => lawRow(candidate, candidates[0]!));
  return [
    `${measurements.path}: ${name}${open}\n`,
    `fitted: ${formatScore(fit.fitted)}${held}\n\n`,
    formatTable([...texts('field'), ...numbers('value', 'standard error'), ...texts('by')], rows, width),
    '\n',
    formatTable(
      [...texts('law'), ...numbers('BIC above', 'parameters', 'left out'), ...texts('')],
      laws,
      width,
    ),
  ].join('');
}

const formatScore = ({ devices, readings, logLikelihood, residual }: Score): string =>
  `${counted(devices, 'device')}, ${counted(readings, 'reading')}, log-likelihood ${(logLikelihood / readings).toFixed(3)} per reading, residuals ${residual.toFixed(2)} standard deviations`;

const valueText = ({ value, unit }: FittedField): string =>
  Array.isArray(value) ? value.join(', ') : formatQuantity(value as number, unit, 4);
const errorText = ({ standardError, unit }: FittedField): string =>
  standardError === undefined ? '' : formatQuantity(standardError, unit, 2);

function lawRow(
  { law, variant, criterion, parameters, heldOut, reason }: Candidate,
  best: Candidate,
): string[] {
  return [
    variant === '' ? law : `${law}, ${variant}`,
    criterion === undefined ? '' : (criterion - best.criterion!).toFixed(1),
    parameters === undefined ? '' : String(parameters),
    heldOut === undefined ? '' : heldOut.toFixed(3),
    reason ?? '',
  ];
}

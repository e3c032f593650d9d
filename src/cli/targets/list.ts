/** `crossloom targets list`: the bundled targets, each in a line. */
import type { Command } from 'commander';
import { formatTable, numbers, texts } from '../../report/table.ts';
import { loadBundled } from '../../target/prepared.ts';
import type { Target } from '../../target/target.ts';
import { formatQuantity } from '../../text/units.ts';
import { withExamples } from '../help.ts';
import { type Io, printJson } from '../io.ts';
import { withJson } from '../options.ts';
import { assumedOf } from './assumed-of.ts';

interface JsonOption {
  readonly json?: true;
}

function hiddenText({ hidden }: Target): string {
  return hidden === undefined ? 'none' : `${hidden.bits} bits, ${hidden.transferBits} transferred`;
}

async function list(io: Io, { json }: JsonOption): Promise<void> {
  const targets = await loadBundled();
  if (json) {
    const summaries = targets.map((loaded) => ({
      ...loaded.target,
      fingerprint: loaded.fingerprint,
      values: loaded.provenance.length,
      assumed: assumedOf(loaded),
    }));
    return printJson(io, 'targets-list', { targets: summaries });
  }
  const rows = targets.map((loaded) => {
    const { name, array, cell, programming, adc } = loaded.target;
    return [
      name,
      `${array.rows}x${array.columns}`,
      `${cell.levels}`,
      `${formatQuantity(cell.gUseMin, 'S')} to ${formatQuantity(cell.gUseMax, 'S')}`,
      programming.scheme,
      hiddenText(loaded.target),
      `${adc.bits} bits, ${adc.convert}`,
      `${assumedOf(loaded)} of ${loaded.provenance.length}`,
    ];
  });
  const columns = [
    ...texts('target', 'array'),
    ...numbers('levels'),
    ...texts('window', 'programming', 'hidden weights', 'converter', 'assumed'),
  ];
  io.stdout(formatTable(columns, rows));
}

export function declareList(command: Command, io: Io): void {
  withExamples(withJson(command), 'crossloom targets', 'crossloom targets list --json').action(
    (options: JsonOption) => list(io, options),
  );
}

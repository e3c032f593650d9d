/** `crossloom targets`: lists the bundled targets, shows one with the origin of every value, checks a file. */
import type { Command } from 'commander';
import { formatTable, numbers, texts } from '../report/table.ts';
import { bundledTargets, loadTarget } from '../target/load.ts';
import { targetFields } from '../target/schema.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { formatQuantity } from '../text/units.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { withJson, withSet } from './options.ts';
import { registerStaircase } from './staircase.ts';
import { registerImportTarget } from './targets-import.ts';
import { registerNewTarget } from './targets-new.ts';

interface JsonOption {
  readonly json?: true;
}

const assumedOf = ({ provenance }: LoadedTarget) =>
  provenance.filter(({ from }) => from === 'assumed').length;

function hiddenText({ hidden }: Target): string {
  return hidden === undefined ? 'none' : `${hidden.bits} bits, ${hidden.transferBits} transferred`;
}

async function list(io: Io, { json }: JsonOption): Promise<void> {
  const targets = await Promise.all((await bundledTargets()).map((name) => loadTarget(name)));
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

/** Value of a field in SI units. */
function fieldValue(target: Target, field: string): unknown {
  return field.split('.').reduce<unknown>((node, key) => Reflect.get(Object(node), key), target);
}

async function show(
  io: Io,
  nameOrPath: string,
  { json, set }: JsonOption & { readonly set: readonly string[] },
): Promise<void> {
  const loaded = await loadTarget(nameOrPath, set);
  const { target, provenance, fingerprint, overrides } = loaded;
  if (json) {
    const about = new Map(targetFields(target.programming.scheme).map((f) => [f.field, f]));
    const fields = provenance.map((entry) => ({
      ...entry,
      value: fieldValue(target, entry.field),
      unit: about.get(entry.field)?.unit,
      description: about.get(entry.field)?.description,
    }));
    return printJson(io, 'targets-show', {
      name: target.name,
      title: target.title,
      fingerprint,
      overrides,
      fields,
    });
  }
  io.stdout(`${target.name}: ${target.title}\n`);
  io.stdout(
    `fingerprint ${fingerprint}; ${assumedOf(loaded)} of ${provenance.length} values are assumed\n\n`,
  );
  const rows = provenance.map(({ field, text, from, source }) => [field, text, from, source]);
  io.stdout(formatTable(texts('field', 'value', 'from', 'source'), rows, io.columns));
}

async function check(io: Io, file: string, { json }: JsonOption): Promise<void> {
  const loaded = await loadTarget(file);
  const { target, provenance, fingerprint } = loaded;
  const assumed = assumedOf(loaded);
  if (json)
    return printJson(io, 'targets-check', {
      ok: true,
      name: target.name,
      fingerprint,
      values: provenance.length,
      assumed,
    });
  io.stdout(`ok: ${target.name}, ${provenance.length} values, of which ${assumed} are assumed\n`);
}

export function registerTargets(program: Command, io: Io): void {
  const targets = program
    .command('targets')
    .description(
      'list, show, check and make the chips that can be compiled for, and what their transfers do',
    );
  withExamples(
    targets,
    'crossloom targets',
    'crossloom targets show tetramem-256-6bit',
    'crossloom targets check chip.yaml',
  );

  const listCommand = targets.command('list', { isDefault: true }).description('list the bundled targets');
  withExamples(withJson(listCommand), 'crossloom targets', 'crossloom targets list --json').action(
    (options: JsonOption) => list(io, options),
  );

  const showCommand = targets
    .command('show')
    .description('show every field of a target, with its value and where that comes from')
    .argument('<target>', 'a bundled target, or the path of a target file');
  withExamples(
    withSet(withJson(showCommand)),
    'crossloom targets show ideal',
    'crossloom targets show leti-fecap-130nm --set adc.bits=6 --json',
  ).action((name: string, options: JsonOption & { readonly set: readonly string[] }) =>
    show(io, name, options),
  );

  const checkCommand = targets
    .command('check')
    .description('check a target file and report every problem in it')
    .argument('<file>', 'the path of a target file');
  withExamples(withJson(checkCommand), 'crossloom targets check chip.yaml').action(
    (file: string, options: JsonOption) => check(io, file, options),
  );

  registerNewTarget(targets, io);
  registerImportTarget(targets, io);
  registerStaircase(targets, io);
}

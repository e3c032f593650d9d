/** `crossloom targets show`: every field of a target, with its value and where that comes from. */
import type { Command } from 'commander';
import { formatTable, texts } from '../../report/table.ts';
import { loadTarget } from '../../target/load.ts';
import { targetFields } from '../../target/schema.ts';
import type { Target } from '../../target/target.ts';
import { withExamples } from '../help.ts';
import { type Io, printJson } from '../io.ts';
import { withJson, withSet } from '../options.ts';
import { assumedOf } from './assumed-of.ts';

interface ShowCommandLine {
  readonly json?: true;
  readonly set: readonly string[];
}

/** Value of a field in SI units. */
function fieldValue(target: Target, field: string): unknown {
  return field.split('.').reduce<unknown>((node, key) => Reflect.get(Object(node), key), target);
}

async function show(io: Io, nameOrPath: string, { json, set }: ShowCommandLine): Promise<void> {
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

export function declareShow(command: Command, io: Io): void {
  command.argument('<target>', 'a bundled target, or the path of a target file');
  withExamples(
    withSet(withJson(command)),
    'crossloom targets show ideal',
    'crossloom targets show leti-fecap-130nm --set adc.bits=6 --json',
  ).action((name: string, args: ShowCommandLine) => show(io, name, args));
}

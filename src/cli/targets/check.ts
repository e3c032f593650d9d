/** `crossloom targets check`: every problem of a target file. */
import type { Command } from 'commander';
import { loadTarget } from '../../target/load.ts';
import { withExamples } from '../help.ts';
import { type Io, printJson } from '../io.ts';
import { withJson } from '../options.ts';
import { assumedOf } from './assumed-of.ts';

interface JsonOption {
  readonly json?: true;
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

export function declareCheck(command: Command, io: Io): void {
  command.argument('<file>', 'the path of a target file');
  withExamples(withJson(command), 'crossloom targets check chip.yaml').action(
    (file: string, options: JsonOption) => check(io, file, options),
  );
}

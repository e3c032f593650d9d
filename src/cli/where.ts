/** `crossloom where`: both ways between the weights of a model and the cells of its chip. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Chip } from '../chip/chip.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { type Answer, type CellPlace, placesIn } from '../inspect/where.ts';
import { openPackage, type Package } from '../package/open.ts';
import { formatAnswer } from '../report/places-text.ts';
import { chipOf } from './chip-of.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { layerOf } from './layer-of.ts';
import { wholeNumber, withJson } from './options.ts';

interface WhereCommandLine {
  readonly layer?: string;
  readonly weight?: readonly number[];
  readonly array?: number;
  readonly row?: number;
  readonly column?: number;
  readonly chip?: string;
  readonly json?: true;
}

async function run(io: Io, folder: string, args: WhereCommandLine): Promise<void> {
  raise(checkFlags(args));
  const pkg = await openPackage(folder);
  const chip = args.chip === undefined ? undefined : await chipOf(args.chip, pkg);
  const answer = await answerTo(args, pkg, chip);
  if (args.json) return printJson(io, 'where', { package: folder, chip: args.chip, ...answer });
  io.stdout(formatAnswer(answer));
}

async function answerTo(args: WhereCommandLine, pkg: Package, chip: Chip | undefined): Promise<Answer> {
  const places = placesIn(pkg);
  const measured = (cells: readonly CellPlace[]) =>
    cells.map((cell) => (chip ? { ...cell, conductance: conductanceOf(chip, cell) } : cell));
  if (args.layer === undefined) {
    const { array, row, column } = placeOf(args, pkg);
    if (row === undefined || column === undefined) return { blocks: places.blocksOn(array) };
    const { cell, ...content } = (await places.cellAt(array, row, column)) ?? {};
    return { ...content, cells: cell ? measured([cell]) : [] };
  }
  const layer = layerOf(places, pkg, args.layer);
  const dims = places.dims(layer);
  if (args.weight === undefined) return { layer: args.layer, dims, blocks: places.blocksOf(layer) };
  raise(indexProblems(args.weight, dims, args.layer));
  const { cells, ...weight } = await places.weightAt(layer, args.weight);
  return { ...weight, cells: measured(cells) };
}

/** Which flags make a question together. */
function checkFlags({ layer, weight, array, row, column }: WhereCommandLine): readonly Diagnostic[] {
  const wrong = (flag: string, reason: string) =>
    optionInvalid(flag, reason, 'See `crossloom where --help`.');
  const given = { '--array': array, '--row': row, '--column': column };
  if (layer === undefined && array === undefined) return [wrong('--layer', 'this or --array is needed')];
  return [
    ...(layer !== undefined
      ? Object.entries(given).flatMap(([flag, value]) =>
          value === undefined ? [] : [wrong(flag, 'a place and a layer are two questions: ask one of them')],
        )
      : []),
    ...(layer === undefined && weight ? [wrong('--weight', 'a weight needs its layer (--layer)')] : []),
    ...(layer === undefined && (row === undefined) !== (column === undefined)
      ? [wrong(row === undefined ? '--column' : '--row', 'a cell has a row and a column')]
      : []),
  ];
}

/** A place within the arrays of the package. */
function placeOf({ array, row, column }: WhereCommandLine, { manifest, loaded }: Package) {
  const { rows, columns } = loaded.target.array;
  const most = { array: manifest.summary.arrays, row: rows, column: columns };
  const given = { array: array!, row, column };
  raise(
    Object.entries(most).flatMap(([name, count]) => {
      const at = given[name as keyof typeof given];
      return at === undefined || at < count
        ? []
        : [optionInvalid(`--${name} ${at}`, `this package has ${count} of them, 0 to ${count - 1}`)];
    }),
  );
  return given;
}

function indexProblems(
  index: readonly number[],
  dims: readonly number[],
  layer: string,
): readonly Diagnostic[] {
  const flag = `--weight ${index.join(',')}`;
  if (index.length !== dims.length)
    return [optionInvalid(flag, `weights of ${layer} have ${dims.length} numbers: [${dims.join(', ')}]`)];
  return index.flatMap((at, axis) =>
    at < dims[axis]!
      ? []
      : [
          optionInvalid(
            flag,
            `number ${axis + 1} is ${at}, and there are ${dims[axis]}: 0 to ${dims[axis]! - 1}`,
          ),
        ],
  );
}

function conductanceOf({ conductances, header }: Chip, { array, row, column }: CellPlace): number {
  return conductances[array]![row * header.columns + column]!;
}

/** Reader of an index such as `3,0,1,1`. */
function indexNumbers(text: string): readonly number[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every((part) => /^\d{1,9}$/.test(part))) return parts.map(Number);
  throw new InvalidArgumentError('It must be whole numbers with commas between them, such as 3,0,1,1.');
}

export function declareWhere(command: Command, io: Io): void {
  const number = wholeNumber(0);
  command
    .argument('<package>', 'the package')
    .option('--layer <name>', 'a node of the model with weights on crossbars')
    .addOption(
      new Option(
        '--weight <index>',
        'one of its weights: [output, channel, kernel position] of a convolution, [input, output] of a product',
      ).argParser(indexNumbers),
    )
    .option('--array <n>', 'an array', number)
    .option('--row <n>', 'with --column: a cell of the array', number)
    .option('--column <n>', 'with --row: a cell of the array', number)
    .option('--chip <chip>', 'a programmed chip, for the conductances of the cells');
  withExamples(
    withJson(command),
    'crossloom where mobilenetv2.xbar --layer Conv_0 --weight 3,0,1,1',
    'crossloom where mobilenetv2.xbar --array 5 --row 12 --column 40 --chip chip1',
  ).action((folder: string, args: WhereCommandLine) => run(io, folder, args));
}

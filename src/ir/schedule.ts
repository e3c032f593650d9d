/**
 * The Schedule: the instructions that program one array, in the order in which the chip executes them. Written by the
 * pass `write-schedule`, encoded by src/bitstream, executed by src/chip. All quantities are SI; conductance limits and
 * converter steps are in siemens, because a current divided by the read voltage is a sum of conductances.
 */

/** Configures the drivers of the whole array. */
interface DriverInstruction {
  readonly op: 'driver';
  /** Bits of the digital-to-analogue converter on every row. */
  readonly bits: number;
  /** Read voltage (V). */
  readonly vRead: number;
}

/** Configures the converters of one block of cells: `zero.length` converters, one per converted value. */
export interface ConverterInstruction {
  readonly op: 'converter';
  /** The block's number in host.onnx. */
  readonly block: number;
  readonly bits: number;
  /** `pair`: one converter sees the difference of two columns; `column`: one converter per column. */
  readonly convert: 'pair' | 'column';
  /** Code that zero current gives, per converter. */
  readonly zero: Int32Array;
  /** Summed conductance of one code step (S), per converter; a 32-bit float. */
  readonly step: Float32Array;
}

/** Forms the memristors of one row whose bit in `mask` is set (bit c % 8 of byte c >> 3 is column c). */
export interface FormInstruction {
  readonly op: 'form';
  readonly row: number;
  readonly mask: Uint8Array;
}

/** Resets the memristors of one row whose bit in `mask` is set. */
export interface ResetInstruction {
  readonly op: 'reset';
  readonly row: number;
  readonly mask: Uint8Array;
}

/** Programs neighbouring cells of one row to level codes, each within +-tolerance of its level's conductance. */
export interface ProgramInstruction {
  readonly op: 'program';
  readonly row: number;
  readonly column: number;
  /** Accepted distance from the level's conductance (S); a 32-bit float. */
  readonly tolerance: number;
  /** Level codes, 0 to levels - 1. */
  readonly codes: Uint16Array;
}

/** Cells that an instruction reads: those of its own row, `distance` columns away. */
export interface ResidualSource {
  /** Columns from the programmed cells to those that are read, negative to the left. */
  readonly distance: number;
  /** Weight of what is read, of the programmed cells' own; a 32-bit float. */
  readonly ratio: number;
  /** Level codes to whose multiples the difference of a pair is rounded, as its converter does; 0 for none. */
  readonly grain: number;
}

/**
 * Programs neighbouring pairs of cells of one row to what the other parts of their weights leave to be made up:
 *
 *   aim = scale * value - sum over the sources of ratio * difference
 *   difference = (reading of G+ - reading of G-) / level step, rounded to multiples of the source's grain
 *
 * in level codes, rounded to a multiple of `grain` within the codes of one cell: a positive aim goes to the first cell of
 * the pair, a negative one to the second, and the other cell gets code 0.
 */
export interface ProgramResidualInstruction {
  readonly op: 'program-residual';
  readonly row: number;
  readonly column: number;
  /** Accepted distance from the level's conductance (S); a 32-bit float. */
  readonly tolerance: number;
  /** Readings of every cell of the sources, which are averaged. */
  readonly reads: number;
  /** Level codes per unit of `values`; a 32-bit float. */
  readonly scale: number;
  /** Level codes to whose multiples the aims are rounded. */
  readonly grain: number;
  readonly sources: readonly ResidualSource[];
  /** What the pairs and their sources are to make together, one value per pair. */
  readonly values: Int16Array;
}

/** Cycles every FeCAP of one transfer line. */
export interface WakeUpInstruction {
  readonly op: 'wake-up';
  readonly row: number;
  readonly cycles: number;
}

/** Writes hidden integers into the FeCAPs of one transfer line; value i belongs to column pair `pair + i`. */
export interface WriteHiddenInstruction {
  readonly op: 'write-hidden';
  readonly row: number;
  readonly pair: number;
  /** Signed hidden integers within +-(2^(hiddenBits - 1) - 1). */
  readonly values: Int16Array;
}

/** Transfers the most significant bits of one column pair's hidden weights to its memristors, on lines in parallel. */
export interface TransferInstruction {
  readonly op: 'transfer';
  readonly pair: number;
  readonly firstRow: number;
  /** One past the last row. */
  readonly endRow: number;
}

/**
 * One transfer per column pair and run of neighbouring lines: the lines of a run transfer in parallel.
 * @param rowsOfPair lines of every column pair, ascending
 */
export function transfersOf(rowsOfPair: ReadonlyMap<number, readonly number[]>): TransferInstruction[] {
  const instructions: TransferInstruction[] = [];
  for (const [pair, rows] of [...rowsOfPair].sort((a, b) => a[0] - b[0])) {
    let first = rows[0]!;
    rows.forEach((row, i) => {
      if (rows[i + 1] === row + 1) return;
      instructions.push({ op: 'transfer', pair, firstRow: first, endRow: row + 1 });
      first = rows[i + 1] ?? first;
    });
  }
  return instructions;
}

/**
 * How voltages select the cells of a parallel update. `half`: lines stand by at half of the voltage, and a cell steps where its
 * row and its column pulse at once, while a pulse on one of them alone half-selects it. `gate`: a cell steps where its column
 * and the gates of its row pulse at once, and no other cell sees a voltage.
 */
export type UpdateBias = 'half' | 'gate';

/** Slots of the longest pulse train: a train is one word of 32 bits. */
export const longestTrain = 32;
/** The magnitude of x and d that stands for a pulse in every slot. */
export const certainPulse = 0x7fff;

interface PulseTrains {
  readonly bias: UpdateBias;
  /** Slots of every train, 1 to `longestTrain`. */
  readonly length: number;
  readonly row: number;
  readonly column: number;
}

/**
 * Steps cells of a block up or down by the sign of x d, in proportion to its size on average: row i pulses in a slot with
 * probability |x_i|, column j with |d_j|, and a cell makes one step in each slot in which both do. Each line's train is drawn
 * once, from `key`. Four phases of `length` slots follow each other: x and d above 0, x alone, d alone, neither.
 */
export interface UpdateInstruction extends PulseTrains {
  readonly op: 'update';
  /** Voltages of the pulses up and down (V); 32-bit floats. */
  readonly vSet: number;
  readonly vReset: number;
  readonly key: number;
  /** Of neighbouring rows and columns, in units of 1 / `certainPulse`. */
  readonly x: Int16Array;
  readonly d: Int16Array;
}

/** Steps cells of a block by given trains: one phase, in which bit n of a train says whether its line pulses in slot n. */
export interface UpdateBitsInstruction extends PulseTrains {
  readonly op: 'update-bits';
  readonly direction: 'set' | 'reset';
  /** Voltage of the pulses (V); a 32-bit float. */
  readonly voltage: number;
  readonly rowTrains: Uint32Array;
  readonly columnTrains: Uint32Array;
}

/** Reads neighbouring cells back and counts those outside +-tolerance of their last programmed level. */
export interface VerifyInstruction {
  readonly op: 'verify';
  readonly row: number;
  readonly column: number;
  readonly count: number;
  readonly tolerance: number;
}

export type Instruction =
  | DriverInstruction
  | ConverterInstruction
  | FormInstruction
  | ResetInstruction
  | ProgramInstruction
  | ProgramResidualInstruction
  | WakeUpInstruction
  | WriteHiddenInstruction
  | TransferInstruction
  | UpdateInstruction
  | UpdateBitsInstruction
  | VerifyInstruction;

/** One array's program. In the bitstream an `end` instruction closes it. */
export interface ArrayProgram {
  readonly array: number;
  readonly instructions: readonly Instruction[];
}

/** What every array of a bitstream has in common. */
export interface ArrayGeometry {
  readonly rows: number;
  readonly columns: number;
  /** Level codes run from 0 to levels - 1. */
  readonly levels: number;
  /** Bits of a hidden integer, sign included; 0 on a chip without hidden planes. */
  readonly hiddenBits: number;
  /** Present where pulses on rows and columns can update all cells of an array at once. */
  readonly updates?: true | undefined;
  /** Number of arrays that the bitstream programs. */
  readonly arrays: number;
}

export interface BitstreamHeader extends ArrayGeometry {
  readonly target: string;
  /** SHA-256 of the target's values, 64 hexadecimal digits. */
  readonly fingerprint: string;
  /**
   * Of a delta: SHA-256 of the bitstream that the chip must have been programmed with, 64 hexadecimal digits. Absent: the
   * bitstream programs a fresh chip.
   */
  readonly base?: string;
}

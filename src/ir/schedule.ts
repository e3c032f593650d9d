/**
 * The Schedule: the instructions that program one array, in the order in which the chip executes them. Written by the
 * pass `write-schedule`, encoded by src/bitstream, executed by src/chip. All quantities are SI; conductance limits and
 * converter steps are in siemens, because a current divided by the read voltage is a sum of conductances.
 */

/** Configures the drivers of the whole array. */
export interface DriverInstruction {
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
  | WakeUpInstruction
  | WriteHiddenInstruction
  | TransferInstruction
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
  /** Number of arrays that the bitstream programs. */
  readonly arrays: number;
}

export interface BitstreamHeader extends ArrayGeometry {
  readonly target: string;
  /** SHA-256 of the target's values, 64 hexadecimal digits. */
  readonly fingerprint: string;
}

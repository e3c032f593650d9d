/** A format of parameters that another tool writes, as the import of targets sees it. */
import type { Setting } from '../setting.ts';
import type { Fields } from './fields.ts';

/** One value of the target. */
export type Imported = Pick<Setting, 'field' | 'value' | 'from' | 'source'> & {
  /** The field of the file that it rests on; absent where it is assumed. */
  readonly foreign?: string;
};

export interface Conversion {
  /** The bundled target whose values stand, as assumed, for what the file does not say. */
  readonly like: string;
  readonly values: readonly Imported[];
}

export interface ForeignFormat {
  /** As reports name it. */
  readonly name: string;
  /** What its files are, for the diagnostic about a file that is none of any. */
  readonly what: string;
  /** The tree of fields in a text of this format; undefined where it is none. */
  readonly read: (text: string) => unknown;
  /** Reads the fields of the file; what it does not ask for counts as lost. */
  readonly convert: (fields: Fields, from: Origin) => Conversion;
}

/** Makes values whose origin is a field of the file. */
export interface Origin {
  /** The field as it stands. An undefined value is none. */
  readonly said: (field: string, value: Setting['value'] | undefined, foreign: string) => readonly Imported[];
  /** Arithmetic on fields. */
  readonly derived: (
    field: string,
    value: Setting['value'] | undefined,
    foreign: string,
    how: string,
  ) => readonly Imported[];
  /** What the file leaves open. */
  readonly assumed: (field: string, value: Setting['value'], why: string) => readonly Imported[];
}

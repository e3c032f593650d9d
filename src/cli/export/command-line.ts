/** What `crossloom export` is asked for. */
/** From the first to the last, both included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

export interface ExportCommandLine {
  readonly chip?: string;
  readonly qdq?: string;
  readonly onnx?: string;
  readonly spice?: string;
  readonly csv?: string;
  readonly npz?: string;
  readonly crosssim?: string;
  readonly aihwkit?: string;
  /** false with --no-pulses. */
  readonly pulses?: string | false;
  readonly at: number;
  /** false with --no-wires. */
  readonly wires: boolean;
  /** false with --no-noise. */
  readonly noise: boolean;
  readonly array?: number;
  readonly rows?: Range;
  readonly columns?: Range;
  readonly force?: true;
}

/** @param what the file is, for people */
export type WriteFile = (file: string, bytes: Uint8Array, what: string) => Promise<void>;

/** Numbers that checkpoints keep. */
export type Numbers = Int16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

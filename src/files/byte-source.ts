/** Bytes that can be read at any offset: of a file, or in memory. */
export interface ByteSource {
  /** Length in bytes. */
  readonly size: number;
  /** Bytes `offset` to `offset + length - 1`; fewer where the source ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

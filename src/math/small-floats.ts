/** Floating-point numbers of 16 bits and fewer, kept as their bit patterns -> doubles, exactly. */

/** What a format is made of, from its lowest bit on: fraction, exponent, sign. */
interface Format {
  readonly fraction: number;
  readonly exponent: number;
  readonly bias: number;
  /**
   * Which patterns are no numbers: `ieee`: the highest exponent, with infinities; `all-ones`: exponent and fraction of ones;
   * `negative-zero`: only that; `none`.
   */
  readonly special: 'ieee' | 'all-ones' | 'negative-zero' | 'none';
}

const formats = {
  float16: { fraction: 10, exponent: 5, bias: 15, special: 'ieee' },
  bfloat16: { fraction: 7, exponent: 8, bias: 127, special: 'ieee' },
  float8e4m3fn: { fraction: 3, exponent: 4, bias: 7, special: 'all-ones' },
  float8e4m3fnuz: { fraction: 3, exponent: 4, bias: 8, special: 'negative-zero' },
  float8e5m2: { fraction: 2, exponent: 5, bias: 15, special: 'ieee' },
  float8e5m2fnuz: { fraction: 2, exponent: 5, bias: 16, special: 'negative-zero' },
  float4e2m1: { fraction: 1, exponent: 2, bias: 1, special: 'none' },
} as const satisfies Record<string, Format>;

/** All of these types, and float8e8m0, which is a power of two alone. */
export type SmallFloat = keyof typeof formats | 'float8e8m0';

/** @returns of a bit pattern its value; undefined for other types */
export function smallFloat(type: string): ((bits: number) => number) | undefined {
  if (type === 'float8e8m0') return (bits) => (bits === 0xff ? Number.NaN : 2 ** (bits - 127));
  if (!Object.hasOwn(formats, type)) return undefined;
  const format = formats[type as keyof typeof formats];
  return (bits) => valueOfBits(bits, format);
}

function valueOfBits(
  bits: number,
  { fraction: width, exponent: exponentWidth, bias, special }: Format,
): number {
  const signBit = 2 ** (width + exponentWidth);
  const fraction = bits % 2 ** width;
  const exponent = Math.floor((bits % signBit) / 2 ** width);
  const sign = bits >= signBit ? -1 : 1;
  const highest = exponent === 2 ** exponentWidth - 1;
  if (special === 'ieee' && highest) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (special === 'all-ones' && highest && fraction === 2 ** width - 1) return Number.NaN;
  if (special === 'negative-zero' && bits === signBit) return Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - width);
  return sign * (1 + fraction / 2 ** width) * 2 ** (exponent - bias);
}

/** The bit pattern of the float16 nearest to a number, ties to even; numbers beyond its range become infinite. */
export function float16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign + 0x7c00;
  // Below 2^-14 steps are as small as they get; a fraction of 1024 steps carries into the exponent by itself.
  const exponent = Math.max(-14, exponentOf(size));
  const steps = roundToEven(size * 2 ** (10 - exponent));
  return sign + (exponent + 14) * 1024 + steps;
}

/** The largest e with 2^e <= size. */
function exponentOf(size: number): number {
  if (size === 0) return Number.NEGATIVE_INFINITY;
  const guess = Math.floor(Math.log2(size));
  return 2 ** guess > size ? guess - 1 : 2 ** (guess + 1) <= size ? guess + 1 : guess;
}

function roundToEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

/**
 * One wire with cells along it, as a ladder: a source behind a resistance at its start, segments between cells, every cell
 * a conductance to a potential of its own, and at the far end an open end or another source. Each node is reached by
 * carrying the Thevenin equivalent of everything before it, which takes resistances of zero as they are.
 */

/** Which cells of a row-major array lie along the wire, from its start on. */
interface Along {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

export interface Ladder {
  /** Ohm between neighbouring cells. */
  readonly segment: number;
  /** Volt and ohm of the source at the start. */
  readonly start: readonly [voltage: number, resistance: number];
  /** The same at the far end; without it that end is open. */
  readonly end?: readonly [voltage: number, resistance: number];
}

/**
 * Node voltages of the wire, written to `voltages`.
 * @param conductances of the cells, siemens
 * @param potentials at the other ends of the cells, volt
 * @param resistances space for one number per node
 * All arrays are those of the whole crossbar; only the cells `along` the wire are touched.
 */
export function solveLadder(
  { first, step, count }: Along,
  { segment, start, end }: Ladder,
  conductances: Float64Array,
  potentials: Float64Array,
  voltages: Float64Array,
  resistances: Float64Array,
): void {
  let [voltage, resistance] = start;
  let at = first;
  for (let k = 0; k < count; k++, at += step) {
    if (k > 0) resistance += segment;
    const load = resistance * conductances[at]!;
    voltage = (voltage + load * potentials[at]!) / (1 + load);
    resistance /= 1 + load;
    voltages[at] = voltage;
    resistances[at] = resistance;
  }
  at -= step;
  if (end && resistance > 0) voltage += ((end[0] - voltage) * resistance) / (resistance + end[1]);
  voltages[at] = voltage;
  for (let k = count - 2; k >= 0; k--) {
    at -= step;
    const own = voltages[at]!;
    const before = resistances[at]!;
    // Without resistance up to here, the source alone decides.
    voltage = before > 0 ? own + ((voltage - own) * before) / (before + segment) : own;
    voltages[at] = voltage;
  }
}

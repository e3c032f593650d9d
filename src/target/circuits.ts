/**
 * What the circuits around the cells take, an optional section of a target: energy of one act of each, its area, and the time in
 * which cells settle. Energy and time of conversions stand in section `adc`; those of programming belong to its scheme. Nothing of
 * it changes a result, so that a chip's fingerprint leaves it out.
 */
import { z } from 'zod';
import { quantity, type Read } from './leaf.ts';
import { type Problem, unless } from './problem.ts';

const energy = (of: string) => quantity('J', `Energy of ${of}`);
const area = (of: string) => quantity('m2', `Area of ${of}`);

/** All of them: what costs are counted with. */
const complete = z.strictObject({
  drivers: z.strictObject({
    energy: energy('driving one row once'),
    area: area('the driver of one row'),
  }),
  cells: z.strictObject({
    time: quantity('s', 'Time in which the currents of a driven array settle'),
    area: area('one cell'),
    energy: energy(
      'one cell whose row is driven; absent: read voltage squared, times conductance and `circuits.cells.time`, for every row by its inputs',
    ).optional(),
  }),
  sampleHold: z
    .strictObject({
      energy: energy('holding the value of one conversion'),
      area: area('what holds it: one for every value that an array has to convert'),
    })
    .optional(),
  converters: z.strictObject({ area: area('one converter') }),
  shiftAdd: z.strictObject({
    energy: energy('adding one code'),
    area: area('the shift-and-add of one array'),
  }),
  registers: z.strictObject({
    energy: energy('one byte that passes the registers of an array, inputs and sums'),
    area: area('the registers of one array'),
  }),
  buffers: z.strictObject({
    energy: energy('one byte written to or read from the buffers between layers'),
    area: area("one array's share of these buffers"),
  }),
  interconnect: z.strictObject({
    energy: energy('one byte that moves between arrays and buffers'),
    area: area("one array's share of buses and routers"),
  }),
  digital: z.strictObject({
    energy: energy('one digital operation'),
    time: quantity('s', 'Time of one digital operation, with all units of a chip at work'),
    area: area("one array's share of the digital units"),
  }),
  transfer: z.strictObject({ area: area('the FeCAPs of one array, and of what transfers them') }).optional(),
});

const { shape } = complete;

/** As a target states them: any of them, where another target has to lend the rest. */
export const circuits = z.strictObject({
  drivers: shape.drivers.partial().optional(),
  cells: shape.cells.partial().optional(),
  sampleHold: shape.sampleHold.unwrap().partial().optional(),
  converters: shape.converters.optional(),
  shiftAdd: shape.shiftAdd.partial().optional(),
  registers: shape.registers.partial().optional(),
  buffers: shape.buffers.partial().optional(),
  interconnect: shape.interconnect.partial().optional(),
  digital: shape.digital.partial().optional(),
  transfer: shape.transfer,
});

/** Energies in J, times in s, areas in m2. */
export type Circuits = Read<typeof complete>;
export type StatedCircuits = Read<typeof circuits>;

/** Fields without which nothing can be counted; a chip may have no sample and hold, and cells by whose conductance their energy follows. */
export const requiredCircuits: readonly (readonly [part: keyof Circuits, field: string])[] = Object.entries(
  shape,
).flatMap(([part, section]) =>
  section instanceof z.ZodOptional
    ? []
    : Object.entries(section.shape)
        .filter(([, field]) => !(field instanceof z.ZodOptional))
        .map(([field]) => [part as keyof Circuits, field] as const),
);

interface WithCircuits {
  readonly circuits?: StatedCircuits | undefined;
  readonly hidden?: object | undefined;
}

/** Only a chip with hidden planes has circuits that transfer them. */
export function circuitsCheck({ circuits: given, hidden }: WithCircuits): readonly Problem[] {
  return unless(
    given?.transfer === undefined || hidden !== undefined,
    'circuits.transfer.area',
    'the target has no hidden planes to transfer (section `hidden`)',
  );
}

/** Converters and drivers with errors, and drivers of several bits: the lowered graph against the direct MVM. */
import { describe, expect, it } from 'vitest';
import type { AdcErrors, DriverErrors } from '../../src/target/periphery.ts';
import { compareWithDirect, convModel, exact, matMulModel, transfer, writeVerify } from './against-direct.ts';

const dense = matMulModel([3], 20, 11);
const padded = convModel([5, 4, 4], [6, 5, 3, 3], { pads: [1, 1, 1, 1] });
const grouped = convModel([7, 5, 5], [7, 1, 3, 3], { group: 7, pads: [1, 1, 1, 1] });
const inputNumbers = ['binary', 'sign-magnitude'] as const;

const straight: AdcErrors = { gainSpread: 0.05, offsetSpread: 2.5, nonlinearity: [0, 0] };
const bent: AdcErrors = { gainSpread: 0, offsetSpread: 0, nonlinearity: [3, -2.5, 0.25, 1.5, -4] };
const both: AdcErrors = { ...straight, nonlinearity: bent.nonlinearity };

describe('converter errors', () => {
  for (const convert of ['pair', 'column'] as const) {
    for (const encoding of ['differential', 'offset'] as const) {
      it.each([
        ['gain and offset', straight],
        ['nonlinearity', bent],
        ['all', both],
      ])(`%s, ${encoding}, one conversion per ${convert}`, async (_, adcErrors) => {
        for (const sharedBy of [1, 4]) {
          const target = writeVerify({
            adc: { convert, sharedBy },
            cell: { encoding, unused: 'reset' },
            adcErrors,
          });
          for (const graph of [dense, padded, grouped]) await compareWithDirect({ graph, target });
        }
      });
    }
  }

  it.each([2, 4, 8, 10, 12])('%i-bit converters', async (bits) => {
    for (const numbers of inputNumbers) {
      // Codes must not fall while the current rises: a quarter of the range has room for less than that.
      const room = Math.min(1, (2 ** bits - 1) / 4 / 6);
      const adcErrors = { ...both, nonlinearity: both.nonlinearity.map((x) => room * x) };
      const target = writeVerify({ adc: { bits }, adcErrors });
      const options = { inputNumbers: numbers };
      for (const graph of [dense, padded]) await compareWithDirect({ graph, target, options });
    }
  });

  it('on cells that hold whole digits: such a layer is not exact', async () => {
    for (const adcErrors of [straight, bent]) {
      for (const graph of [dense, padded])
        await compareWithDirect({ graph, target: exact({ adc: { bits: 16 }, adcErrors }) });
    }
  });

  it('copies and several slices', async () => {
    const options = { slices: 2, copies: 2 };
    await compareWithDirect({ graph: dense, target: writeVerify({ adcErrors: both }), options });
  });
});

describe('converters that share a range', () => {
  it.each([4, 1000])('%i columns', async (columnsPerRange) => {
    for (const convert of ['pair', 'column'] as const) {
      const options = { columnsPerRange };
      for (const graph of [dense, grouped])
        await compareWithDirect({ graph, target: writeVerify({ adc: { convert } }), options });
    }
  });
});

describe('drivers of several bits', () => {
  it.each([2, 3, 4, 8])('%i bits', async (bits) => {
    for (const numbers of inputNumbers) {
      for (const polarity of ['unipolar', 'bipolar'] as const) {
        const target = writeVerify({ driver: { bits, polarity } });
        for (const graph of [dense, padded, grouped]) {
          for (const low of [0, -1]) {
            // Planes of 8 bits cancel: summed over many copies, 32 bits round off more than is allowed here.
            const options = { copies: 1, inputNumbers: numbers, signedActivations: low < 0 };
            const result = await compareWithDirect({ graph, target, low, options });
            expect(result.saturated).toBeLessThan(0.2 * result.conversions);
          }
        }
      }
    }
  });

  it('column by column, packed, and beside an offset column', async () => {
    for (const encoding of ['differential', 'offset'] as const) {
      const target = writeVerify({
        driver: { bits: 2 },
        adc: { convert: 'column' },
        cell: { encoding, unused: 'reset' },
      });
      for (const graph of [dense, grouped]) await compareWithDirect({ graph, target });
    }
  });

  it('exact cells behind a wide enough converter stay exact', async () => {
    const target = exact({ driver: { bits: 2 }, adc: { bits: 16 } });
    for (const graph of [dense, padded]) {
      const result = await compareWithDirect({ graph, target });
      expect(result.saturated).toBe(0);
    }
  });

  it('hidden weights', async () => {
    const target = transfer({ driver: { bits: 4 }, slices: 2 });
    await compareWithDirect({ graph: matMulModel([4], 30, 9), target });
  });
});

describe('driver errors', () => {
  const spread: DriverErrors = { gainSpread: 0.1, nonlinearity: [0, 0] };
  const nonlinear: DriverErrors = { gainSpread: 0.03, nonlinearity: [0, -0.2, 0.1, -0.1] };

  it.each([1, 2, 5, 8])('%i bits', async (bits) => {
    for (const driverErrors of [spread, nonlinear]) {
      for (const numbers of inputNumbers) {
        const target = writeVerify({ driver: { bits }, driverErrors });
        const options = { inputNumbers: numbers };
        for (const graph of [dense, padded, grouped]) await compareWithDirect({ graph, target, options });
      }
    }
  });

  it('and converter errors at once', async () => {
    const target = writeVerify({ driver: { bits: 3 }, driverErrors: nonlinear, adcErrors: both });
    for (const graph of [dense, padded]) await compareWithDirect({ graph, target });
  });
});

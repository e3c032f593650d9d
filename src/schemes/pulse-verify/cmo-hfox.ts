/**
 * The compact model of analog CMO/HfOx filamentary ReRAM: turns a pulse into the change of the mean concentration of
 * oxygen vacancies in the conductive metal oxide, and that into current, temperature and conductance. Equations and
 * constants of Galetta et al., Adv. Electron. Mater. 12(7), e00373 (2025), with the parameters of Clerico et al. (npj
 * Unconventional Computing, under review 2026), as published in IBM/Analog_ReRAM_Training_Simulator.
 *
 *   field        F = (V - I Rs) / L
 *   current      I = area q C a nu_e exp(-E_e(C) / kT) 2 sinh(q F a / 2kT), hop a(C) = max(2 nm, a0 - a1 C)
 *   vacancies    dC/dt = C (1 nm / 12 nm) nu_i exp(-E_A / kT) 2 sinh(2 q F 1 nm / 2kT) (1 - C / 1e28)^10
 *   barrier      E_A = e0 + e1 C for V >= 0, 1.18 eV for V < 0
 *   temperature  T = 293 K + Rth V I: the thermal time constant, 28 ps, is nothing beside a pulse
 *
 * The model describes the pulses that its parameters were fitted to, +1.35 V and -1.30 V for 1 us; smaller voltages tell
 * how steep the switching is (half-select). No transistor is in series.
 */

/** Physical constants as the published file has them. */
const charge = 1.60219e-19;
const boltzmann = 1.38062e-23;

const area = Math.PI * 11e-9 ** 2 * 1.44;
const length = 12e-9;
const seriesResistance = 219.2217 + 4;
const thermalResistance = 1.4e6;
const ambient = 293;

/** Vacancy concentrations (1/m^3) of three states of the model's paper. */
export const cmoStates = { hrs: 7e24, symmetry: 1.64e25, lrs: 3.77e25 } as const;

/** The pulses of the model's paper. */
export const cmoPulses = { set: 1.35, reset: -1.3, width: 1e-6, read: 0.2 } as const;

export interface CmoOperatingPoint {
  /** A. */
  readonly current: number;
  /** K. */
  readonly temperature: number;
}

/** Current that a voltage would drive at a given current's series drop and heat (A). */
function driven(voltage: number, concentration: number, current: number): number {
  const kT = boltzmann * (ambient + thermalResistance * voltage * current);
  const hop = Math.max(2e-9, 3.6369e-9 - 3.0738e-35 * concentration);
  const field = Math.max(0, (voltage - current * seriesResistance) / length);
  const barrier = 1.275579007691538e-20 - 3.697330457076916e-47 * concentration;
  const attempts = area * charge * concentration * hop * 2e13 * Math.exp(-barrier / kT);
  return attempts * 2 * Math.sinh((charge * field * hop) / (2 * kT));
}

/**
 * The self-consistent current and temperature at a voltage, by regula falsi (Illinois): the series resistance bounds the
 * current, so that the root is bracketed.
 * @param voltage V, of either sign
 * @param concentration vacancies (1/m^3)
 */
export function cmoOperatingPoint(voltage: number, concentration: number): CmoOperatingPoint {
  const size = Math.abs(voltage);
  const excess = (current: number) => driven(size, concentration, current) - current;
  let [low, high] = [0, size / seriesResistance];
  let [atLow, atHigh] = [excess(low), excess(high)];
  for (let i = 0; i < 200 && high - low > 1e-13 * high; i++) {
    const middle = (low * atHigh - high * atLow) / (atHigh - atLow);
    const value = excess(middle);
    if (value > 0) {
      if (middle - low < 1e-14 * high) break;
      low = middle;
      atLow = value;
      atHigh /= 2;
    } else {
      if (high - middle < 1e-14 * high) break;
      high = middle;
      atHigh = value;
      atLow /= 2;
    }
  }
  const current = (Math.sign(voltage) * (low + high)) / 2;
  return { current, temperature: ambient + thermalResistance * voltage * current };
}

/** Conductance as a reading at 0.2 V gives it, with the heat of that reading (S). */
export function cmoConductance(concentration: number): number {
  return cmoOperatingPoint(cmoPulses.read, concentration).current / cmoPulses.read;
}

/** Change of the concentration per second at a voltage (1/m^3/s). */
function drift(voltage: number, concentration: number): number {
  const { current, temperature } = cmoOperatingPoint(voltage, concentration);
  const kT = boltzmann * temperature;
  const field = (voltage - current * seriesResistance) / length;
  const barrier =
    voltage >= 0 ? 2.288823616285713e-45 * concentration + 1.499179468667143e-19 : 1.18 * charge;
  const hops = 4e12 * Math.exp(-barrier / kT) * 2 * Math.sinh((2 * charge * field * 1e-9) / (2 * kT));
  return (concentration * 1e-9 * hops * Math.max(0, 1 - concentration / 1e28) ** 10) / 12e-9;
}

/**
 * Applies one rectangular pulse, by Runge-Kutta steps of fourth order.
 * @param width s
 * @returns the concentration at its end (1/m^3)
 */
export function cmoPulse(concentration: number, voltage: number, width: number, steps = 64): number {
  const dt = width / steps;
  let c = concentration;
  for (let i = 0; i < steps; i++) {
    const k1 = drift(voltage, c);
    const k2 = drift(voltage, c + (dt / 2) * k1);
    const k3 = drift(voltage, c + (dt / 2) * k2);
    const k4 = drift(voltage, c + dt * k3);
    c += (dt / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return c;
}

/** The effects of storing hidden weights in FeCAPs and transferring them, for the list of effects in every report. */
import { type Effect, percent, siemens, volts } from '../../target/effect.ts';
import type { HiddenPlane } from '../../target/hidden-plane.ts';
import { formatQuantity } from '../../text/units.ts';
import { windowOf } from '../read-back.ts';
import type { ProgrammingSections } from '../scheme.ts';
import type { TransferLaw } from './transfer.ts';

/** What makes up the share s of their charge that FeCAPs give. */
function chargeEffects({ film, ageing, writeTime }: HiddenPlane): Effect[] {
  return [
    {
      name: 'incomplete switching of FeCAPs',
      applied: film !== undefined,
      parameters: film
        ? {
            'hidden.writeTime': formatQuantity(writeTime, 's'),
            'hidden.film.writeVoltage': volts(film.writeVoltage),
            'hidden.film.thickness': formatQuantity(film.thickness, 'm'),
            'hidden.film.coerciveField': formatQuantity(film.coerciveField, 'V/m'),
            'hidden.film.loopTime': formatQuantity(film.loopTime, 's'),
            'hidden.film.fieldSpread': String(film.fieldSpread),
            'hidden.film.attemptTime': formatQuantity(film.attemptTime, 's'),
            'hidden.film.exponent': String(film.exponent),
          }
        : {},
      law: 's = share of the film whose coercive field at writeTime, Ea / ln(t / attemptTime)^(1 / exponent), lies below that of writeVoltage',
    },
    {
      name: 'wake-up, fatigue and retention of FeCAPs',
      applied: ageing !== undefined,
      parameters: ageing
        ? {
            'hidden.ageing.pristine': percent(ageing.pristine),
            'hidden.ageing.wokenCycles': String(ageing.wokenCycles),
            'hidden.ageing.fatigueCycles': ageing.fatigueCycles.toPrecision(3),
            'hidden.ageing.spent': String(ageing.spent),
            'hidden.ageing.endurance': ageing.endurance.toPrecision(3),
            'hidden.ageing.retentionLoss': percent(ageing.retentionLoss),
            'hidden.ageing.retentionTime': formatQuantity(ageing.retentionTime, 's'),
            'hidden.ageing.held': formatQuantity(ageing.held, 's'),
          }
        : {},
      law: 's (pristine + (1 - pristine) ln(1 + N) / ln(1 + wokenCycles) up to there, then 1 / (1 + (N - wokenCycles) / fatigueCycles)) (1 - retentionLoss log10(1 + held / retentionTime)), N = spent + wakeUpCycles',
    },
  ];
}

/** In the order in which they act. */
export function transferEffects({ programming: law, hidden, cell }: TransferLaw): Effect[] {
  return [
    {
      name: 'hidden weight truncation',
      applied: true,
      parameters: { 'hidden.bits': String(hidden.bits), 'hidden.transferBits': String(hidden.transferBits) },
      law: 'digit = |hidden| >> (bits - 1 - transferBits), sign apart',
    },
    {
      name: 'sign sensing',
      applied: hidden.windowSpread > 0 || hidden.senseOffset > 0,
      parameters: {
        'hidden.window': volts(hidden.window),
        'hidden.windowSpread': volts(hidden.windowSpread),
        'hidden.senseOffset': volts(hidden.senseOffset),
      },
      law: 'the sign flips where s (window + windowSpread xi) / 2 +- senseOffset xi < 0, s the share of their charge that FeCAPs give',
    },
    ...chargeEffects(hidden),
    {
      name: 'FeCAP charge',
      applied: hidden.chargeSpread > 0,
      parameters: { 'hidden.chargeSpread': percent(hidden.chargeSpread) },
      law: 'digit = s sum b_i 2^i (1 + chargeSpread xi)',
    },
    {
      name: 'transfer line noise',
      applied: hidden.lineNoise > 0,
      parameters: { 'hidden.lineNoise': `${hidden.lineNoise} steps` },
      law: 'digit + lineNoise xi at every transfer',
    },
    {
      name: 'access transistor threshold',
      applied: hidden.thresholdSpread > 0,
      parameters: { 'hidden.thresholdSpread': `${hidden.thresholdSpread} steps` },
      law: 'digit - thresholdSpread xi, fixed per memristor',
    },
    {
      name: 'SET spread',
      applied: law.cycleToCycle > 0,
      parameters: { ...windowOf(cell), cycleToCycle: percent(law.cycleToCycle) },
      law: 'G = clip(G(digit) (1 + cycleToCycle xi), gMin, gMax): single shot, open loop',
    },
    {
      name: 'spread after RESET',
      applied: law.resetSpread > 0,
      parameters: { resetSpread: siemens(law.resetSpread) },
      law: 'G = gMin + |resetSpread xi| on the side that is not SET',
    },
  ];
}

/** By the name of an effect that errs, the sections of the target without it. */
export function transferIdeals({
  programming,
  hidden,
}: TransferLaw): Readonly<Record<string, ProgrammingSections>> {
  const { film: _film, ...full } = hidden;
  const { ageing: _ageing, ...fresh } = hidden;
  return {
    'sign sensing': { hidden: { ...hidden, windowSpread: 0, senseOffset: 0 } },
    'incomplete switching of FeCAPs': { hidden: full },
    'wake-up, fatigue and retention of FeCAPs': { hidden: fresh },
    'FeCAP charge': { hidden: { ...hidden, chargeSpread: 0 } },
    'transfer line noise': { hidden: { ...hidden, lineNoise: 0 } },
    'access transistor threshold': { hidden: { ...hidden, thresholdSpread: 0 } },
    'SET spread': { programming: { ...programming, cycleToCycle: 0 } },
    'spread after RESET': { programming: { ...programming, resetSpread: 0 } },
  };
}

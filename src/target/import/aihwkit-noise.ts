/**
 * The noise model of an RPU configuration of aihwkit: the window, and the law of PCMLikeNoiseModel with the constants of
 * src/aihwkit/inference/noise/pcm.py.
 */
import { twelveDigits } from '../../math/twelve-digits.ts';
import type { Fields } from './fields.ts';
import type { Imported, Origin } from './format.ts';
import { quantityOf } from './values.ts';

/** What an object of PCMLikeNoiseModel has. Another model with more or less is not taken for it. */
const pcmFields = [
  'prog_coeff',
  'prog_coeff_g_max_reference',
  'g_max',
  't_0',
  't_read',
  'prog_noise_scale',
  'read_noise_scale',
  'drift_scale',
];

/** Window (S), and the law of PCMLikeNoiseModel where the file has that. */
export function readNoiseModel(fields: Fields, from: Origin) {
  const at = 'noise_model';
  const converter = `${at}.g_converter`;
  const positive = { above: 0 };
  const named = fields.has(`${converter}.g_max`) ? `${converter}.g_max` : `${at}.g_max`;
  const most = fields.number(named, positive);
  const least = fields.number(`${converter}.g_min`, { min: 0 }) ?? 0;
  if (most !== undefined && least >= most)
    fields.fault(`${converter}.g_min`, `this must lie below ${named}, ${most}`);
  const [gMin, gMax] = [least * 1e-6, (most ?? 25) * 1e-6];
  const window = [
    ...(most === undefined
      ? from.assumed('cell.gMax', '25 uS', 'there is no g_max; the default of SinglePairConductanceConverter')
      : from.said('cell.gMax', quantityOf(gMax, 'S'), named)),
    ...(fields.has(`${converter}.g_min`)
      ? from.said('cell.gMin', quantityOf(gMin, 'S'), `${converter}.g_min`)
      : from.assumed('cell.gMin', '0 S', 'there is no g_min; the default of SinglePairConductanceConverter')),
  ];
  fields.pass(`${converter}.scale_ratio`);
  const own = fields
    .below(at)
    .map((field) => field.slice(at.length + 1))
    .filter((field) => !field.startsWith('g_converter'));
  const isPcm = own.length === pcmFields.length && own.every((field) => pcmFields.includes(field));
  if (!isPcm) {
    fields.lose(at, 'only PCMLikeNoiseModel, with all of its fields and no others, is a law that is known');
    return { window, law: [], gMin, gMax };
  }
  return { window, law: pcmLaw(fields, from, gMin, gMax), gMin, gMax };
}

function pcmLaw(fields: Fields, from: Origin, gMin: number, gMax: number): readonly Imported[] {
  const at = 'noise_model';
  const scale = (name: string) => fields.number(`${at}.${name}`, { min: 0 }) ?? 1;
  const coefficients = fields.numbers(`${at}.prog_coeff`, undefined) ?? [0];
  const reference = fields.number(`${at}.prog_coeff_g_max_reference`, { above: 0 }) ?? 25;
  const [t0, tRead] = ['t_0', 't_read'].map((name) => fields.number(`${at}.${name}`, { above: 0 }) ?? 1);
  fields.pass(`${at}.g_max`);
  const [programming, drift, reading] = ['prog_noise_scale', 'drift_scale', 'read_noise_scale'].map(
    scale,
  ) as [number, number, number];
  const most = gMax * 1e6;
  const sigma = coefficients.map((c, k) => twelveDigits((programming * c * most) / reference / most ** k));
  const model = 'of PCMLikeNoiseModel, inference/noise/pcm.py';
  const drifting = (name: string, value: number) =>
    from.derived(
      `drift.${name}`,
      twelveDigits(drift * value),
      `${at}.drift_scale`,
      `times the constant ${model}`,
    );
  const noisy = (name: string, value: number) =>
    from.derived(
      `powerNoise.${name}`,
      twelveDigits(reading * value),
      `${at}.read_noise_scale`,
      `times the constant ${model}`,
    );
  const largest = quantityOf(gMax, 'S');
  const whole = `${at}.g_max`;
  return [
    ...from.derived('programming.sigma', sigma, `${at}.prog_coeff`, 'scaled, by powers of G in uS'),
    ...from.derived('programming.distribution', 'normal', whole, `the law ${model}`),
    ...from.derived(
      'programming.validFrom',
      quantityOf(gMin, 'S'),
      whole,
      'the law is meant for the whole window',
    ),
    ...from.derived('programming.validTo', largest, whole, 'the law is meant for the whole window'),
    ...(drift === 0
      ? []
      : [
          ...drifting('exponent', 0.0244),
          ...drifting('exponentSlope', -0.0155),
          ...drifting('exponentMin', 0.049),
          ...drifting('exponentMax', 0.1),
          ...drifting('spread', -0.0059),
          ...drifting('spreadSlope', -0.0125),
          ...drifting('spreadMin', 0.008),
          ...drifting('spreadMax', 0.045),
          ...from.said('drift.gReference', largest, whole),
          ...from.said('drift.t0', quantityOf(t0!, 's'), `${at}.t_0`),
          ...from.derived(
            'drift.validGMin',
            quantityOf(gMin, 'S'),
            whole,
            'the law is meant for the whole window',
          ),
          ...from.derived('drift.validGMax', largest, whole, 'the law is meant for the whole window'),
        ]),
    ...(reading === 0
      ? []
      : [
          ...noisy('amplitude', 0.0088),
          ...from.derived('powerNoise.exponent', 0.65, whole, `the constant ${model}`),
          ...noisy('limit', 0.2),
          ...from.said('powerNoise.gReference', largest, whole),
          ...from.said('powerNoise.t0', quantityOf(t0!, 's'), `${at}.t_0`),
          ...from.said('powerNoise.readTime', quantityOf(tRead!, 's'), `${at}.t_read`),
        ]),
  ];
}

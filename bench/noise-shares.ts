/**
 * `npm run bench -- noise PACKAGE...`: between which time scales the 1/f noise of a target lies, as shares of its variance, for
 * the layers of packages: faster than a conversion, a product and an image, and slower.
 */
import { bandAt } from '../src/conditions/accumulated.ts';
import { accumulations } from '../src/conditions/cells.ts';
import { scalesOf, timesOf } from '../src/lower/layer-noise.ts';
import { scalesBetween } from '../src/math/one-over-f.ts';
import { sumOf } from '../src/math/sum.ts';
import { openPackage } from '../src/package/open.ts';
import { formatTable } from '../src/report/table.ts';
import { formatTime } from '../src/text/time.ts';

/** Images since the last calibration. */
const since = 100;

export async function benchNoiseShares(folders: readonly string[]): Promise<void> {
  const table: string[][] = [];
  for (const folder of folders) {
    const { layers, loaded, manifest } = await openPackage(folder);
    const { target } = loaded;
    const image = manifest.summary.conversionTime;
    const { time: conversion, sharedBy } = target.adc;
    const times = layers.map((layer) => timesOf(layer, { laws: [], image, conversion, sharedBy }));
    for (const { clock } of accumulations(target))
      for (const at of [1, 86_400]) {
        const band = bandAt(clock, at);
        const whole = scalesBetween(band, 0, Number.POSITIVE_INFINITY);
        const shares = times.map((own) => {
          const { white, product, near, far } = scalesOf(band, own);
          const calibration = since * image;
          return [
            white,
            product,
            near + far,
            scalesBetween(band, image, calibration),
            scalesBetween(band, calibration, Number.POSITIVE_INFINITY),
          ];
        });
        const columns = shares[0]!.map((_, i) => {
          const own = shares.map((row) => (100 * row[i]!) / whole);
          const range = `${Math.min(...own).toFixed(0)} to ${Math.max(...own).toFixed(0)}`;
          return `${(sumOf(own) / own.length).toFixed(1)} (${range})`;
        });
        table.push([manifest.model.file, target.name, formatTime(image), formatTime(at), ...columns]);
      }
  }
  const header = [
    ...['model', 'target', 'image', 'at', '< conversion', '< product', '< image'],
    ...[`< ${since} images`, 'slower'],
  ];
  process.stdout.write(
    `${formatTable(
      header.map((text) => ({ header: text })),
      table,
    )}\n`,
  );
}

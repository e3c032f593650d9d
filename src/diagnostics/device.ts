/** Diagnostics about devices that models run on. */
import type { Diagnostic } from './diagnostic.ts';
import { error } from './make.ts';

const remedies: Readonly<Record<string, string>> = {
  webgpu: 'It needs a driver of Vulkan, Metal or Direct3D 12 (docs/device.md), or leave --device away.',
  cuda: "It needs a card of NVIDIA, and onnxruntime's libraries for it (docs/device.md), or leave --device away.",
};

export const deviceNotThere = (device: string, reason: string): Diagnostic =>
  error('device/not-there', `--device ${device}`, [
    `onnxruntime opens no session there (${reason})`,
    remedies[device]!,
  ]);

export const deviceFailed = (device: string, reason: string): Diagnostic =>
  error('device/failed', `--device ${device}`, [
    `onnxruntime could not run the chip there (${reason})`,
    'Where memory is short, another program may have it; else leave --device away.',
  ]);

export const deviceDisagrees = (device: string, adapter: string, found: string): Diagnostic =>
  error('device/disagrees', `--device ${device}`, [
    `this device does not compute what the processor does (${found})`,
    `Its adapter: ${adapter}. Try a newer driver, another device, or leave --device away.`,
  ]);

/**
 * Devices on which onnxruntime runs models. Whether one is there is asked by a process of its own: what drivers print stays there,
 * and one that crashes takes nothing else with it.
 */
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { platform } from 'node:os';
import { join } from 'node:path';
import { deviceNotThere } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';

export const devices = ['cpu', 'webgpu', 'cuda'] as const;
export type Device = (typeof devices)[number];

/** Where a session runs that is not on the processor. */
export type Accelerator = Exclude<Device, 'cpu'>;

export const isAccelerator = (device: Device | undefined): device is Accelerator =>
  device !== undefined && device !== 'cpu';

/** Milliseconds after which a driver is given up that does not answer. */
const patience = 120_000;

/** Opens the model that it is given on stdin, and says on stdout what came of it. */
const probe = `
const { argv, env, stdin, stdout, exit } = process;
const ort = require(argv[1]);
const parts = [];
stdin.on('data', (part) => parts.push(part)).on('end', async () => {
  const say = (result) => stdout.write(JSON.stringify(result), () => exit());
  try {
    await ort.InferenceSession.create(Buffer.concat(parts), { executionProviders: [argv[2]], logSeverityLevel: 4 });
    say({ driver: env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES });
  } catch (error) {
    say({ reason: error.message });
  }
});`;

/**
 * The name of the adapter, as far as the system has one: onnxruntime does not tell which it took.
 * @param model any, encoded: what opening it meets is what a session would meet
 * @throws DiagnosticError device/not-there
 */
export async function findAdapter(device: Accelerator, model: Uint8Array): Promise<string> {
  const { reason, driver } = await tryDevice(device, model);
  if (reason !== undefined) raise([deviceNotThere(device, inWords(reason))]);
  return device === 'webgpu' && driver ? `Vulkan, driver ${driver}` : adapterName(device);
}

interface Tried {
  /** Why no session opens; absent where one does. */
  readonly reason?: string;
  /** Of Vulkan, where the environment names it. */
  readonly driver?: string;
}

async function tryDevice(device: Accelerator, model: Uint8Array): Promise<Tried> {
  const ort = createRequire(import.meta.url).resolve('onnxruntime-node');
  const child = spawn(process.execPath, ['-e', probe, ort, device], {
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: patience,
  });
  let said = '';
  child.stdout.on('data', (part: Buffer) => {
    said += part;
  });
  // A process that ended takes no more.
  child.stdin.on('error', () => undefined).end(model);
  const ended = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) =>
      resolve(signal ? `it was ended by ${signal}` : `it ended with ${code}`),
    );
  });
  return said === ''
    ? { reason: `a process that tries it says nothing: ${ended}` }
    : (JSON.parse(said) as Tried);
}

/** What onnxruntime says, without the lines of its sources. */
function inWords(reason: string): string {
  const [, adapter] = /Failed to get a WebGPU adapter: ?(.*)/s.exec(reason) ?? [];
  const text = adapter === undefined ? reason : `no adapter: ${adapter}`;
  return text.trim().split('\n')[0]!;
}

const nvidia = '/proc/driver/nvidia/gpus';

async function adapterName(device: Accelerator): Promise<string> {
  const cards = await readdir(nvidia).catch(() => []);
  const models = await Promise.all(
    cards.map(async (card) => {
      const text = await readFile(join(nvidia, card, 'information'), 'utf8').catch(() => '');
      return /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? card;
    }),
  );
  if (models.length > 0) return models.join(', ');
  if (device === 'cuda') return 'the first of CUDA';
  return `the usual adapter of ${interfaces[platform()] ?? 'Vulkan'}`;
}

const interfaces: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'Metal',
  win32: 'Direct3D 12',
};

/**
 * The software Vulkan of Debian's chromium, on which onnxruntime's WebGPU runs where there is no other adapter. Debian 12's
 * mesa-vulkan-drivers (22.3) does not do: Dawn asks of it what it does not have.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Whether it is there. From now on this process takes it for its adapter: drivers are looked for at the first session. */
export const softwareVulkan = existsSync(driver);
if (softwareVulkan) {
  process.env.VK_ICD_FILENAMES = driver;
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
} else console.log(`skipped: no software Vulkan at ${driver}; Debian's package chromium has it`);

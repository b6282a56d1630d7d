// WebGPU for Node: Dawn from the `webgpu` package on a real GPU if there is one, else on a software Vulkan driver.
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { create } from 'webgpu'
import { Gpu, type GpuOptions } from '../gpu/gpu.ts'
import { GpuError } from '../gpu/errors.ts'
import { pollWithPauses } from './patience.ts'

/** Driver manifests of software Vulkan: beside an installed Chromium, in Playwright's cache, from Mesa. */
function softwareDrivers(): string[] {
  const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome']
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache/ms-playwright')
  if (existsSync(cache))
    for (const browser of readdirSync(cache).sort().reverse())
      folders.push(
        join(cache, browser, 'chrome-linux'),
        join(cache, browser, 'chrome-linux64'),
        join(cache, browser, 'chrome-headless-shell-linux64'),
      )
  const mesa = '/usr/share/vulkan/icd.d'
  const lavapipe = existsSync(mesa)
    ? readdirSync(mesa)
        .filter((name) => name.startsWith('lvp'))
        .map((name) => join(mesa, name))
    : []
  return [...folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')), ...lavapipe].filter(existsSync)
}

/** False on a Linux without any graphics device, where asking the system's own drivers only fills standard error with complaints. */
function graphicsDevice(): boolean {
  return process.platform !== 'linux' || ['/dev/dri', '/dev/nvidiactl', '/dev/dxg', '/dev/kgsl-3d0'].some(existsSync)
}

/**
 * Opens a device: a real GPU, else the software driver.
 * @throws GpuError when neither exists; the message says what to install.
 */
export async function openNodeGpu(options: GpuOptions = {}): Promise<Gpu> {
  const preset = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES
  const software = softwareDrivers()
  const attempts: (string | undefined)[] = preset
    ? [undefined]
    : [...(graphicsDevice() || !software.length ? [undefined] : []), ...software]
  for (const driver of attempts) {
    if (driver) process.env.VK_DRIVER_FILES = process.env.VK_ICD_FILENAMES = driver
    const entry = create([])
    const adapter = await entry.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null)
    if (adapter) {
      const gpu = await Gpu.open(entry, options)
      if (gpu.adapter.software) pollWithPauses()
      return gpu
    }
  }
  throw new GpuError(
    `WebGPU found no adapter (${software.length} software drivers tried). Install a Vulkan driver, for example: apt-get install chromium libvulkan1`,
  )
}

// The Chromium that the browser tests drive, and the Vulkan loader that the tests in Node need. What is there is taken;
// what is missing is installed: by Playwright, else by the system's package manager where it may.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { command, tool } from './setup.mjs'

const system = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Absolute path of a command; undefined when it is not on PATH. */
function onPath(name) {
  if (isAbsolute(name)) return name
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** True when the browser starts at all (all its libraries are there). */
const works = (path) => path !== undefined && spawnSync(path, ['--version'], { timeout: 30_000 }).status === 0

/** Path of a Chromium that works, or undefined. */
async function findChromium() {
  const preset = process.env.CHROMIUM_PATH
  if (preset) {
    if (works(preset)) return preset
    throw new Error(`CHROMIUM_PATH is ${preset}, which does not start`)
  }
  const { chromium } = await import('playwright')
  return [...system.map(onPath), chromium.executablePath()].find(works)
}

/**
 * The prefix with which packages may be installed: [] for root, ['sudo', '-n'] for passwordless sudo; undefined when
 * they may not.
 */
function packageRights() {
  if (spawnSync('apt-get', ['--version']).status !== 0) return undefined
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined
}

async function aptInstall(...packages) {
  const rights = packageRights()
  if (!rights) return
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-q', '-y', '--no-install-recommends', ...packages],
  ]) {
    const [name, ...rest] = [...rights, ...args]
    await command(name, rest, { env })
  }
}

/**
 * Path of a Chromium, installed if need be.
 * @throws Error when there is none and none could be installed.
 */
export async function chromiumPath() {
  let path = await findChromium()
  if (path) return path
  process.stdout.write('no Chromium found: installing one with Playwright …\n')
  await tool('playwright', ['install', 'chromium', '--no-shell'])
  path = await findChromium()
  if (!path && packageRights()) await tool('playwright', ['install-deps', 'chromium'])
  path ??= await findChromium()
  if (path) return path
  process.stdout.write('no Chromium from Playwright: installing one with apt-get …\n')
  await aptInstall('chromium')
  path = await findChromium()
  if (path) return path
  throw new Error('no Chromium: install one (apt-get install chromium), or set CHROMIUM_PATH')
}

/** On Linux the tests in Node need libvulkan.so.1; installs it where that may be done. */
export async function installVulkan() {
  if (process.platform !== 'linux' || hasVulkan()) return
  process.stdout.write('no libvulkan.so.1 found: installing it with apt-get …\n')
  await aptInstall('libvulkan1')
  if (!hasVulkan()) process.stdout.write('libvulkan.so.1 is missing: install libvulkan1 for the tests in Node\n')
}

function hasVulkan() {
  const folders = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
    '/usr/local/lib',
  ]
  if (folders.some((folder) => existsSync(`${folder}/libvulkan.so.1`))) return true
  const listed = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' })
  return listed.status === 0 && listed.stdout.includes('libvulkan.so.1')
}

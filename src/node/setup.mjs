// What must be there before anything of the project runs: a Node that is new enough, and the packages of
// package-lock.json. Plain JavaScript without packages of its own, since it runs first.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of package.json. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Ends the process with one line when Node is older than package.json allows. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  process.stderr.write(
    `Node ${process.versions.node} is too old: this project needs Node 20.19 or newer (https://nodejs.org)\n`,
  )
  process.exit(1)
}

/** True when every package that package-lock.json demands is installed in that version. */
function installed() {
  const lock = `${root}/package-lock.json`
  const record = `${root}/node_modules/.package-lock.json`
  if (!existsSync(record)) return false
  const present = JSON.parse(readFileSync(record, 'utf8')).packages
  const demanded = Object.entries(JSON.parse(readFileSync(lock, 'utf8')).packages)
  return demanded.every(
    ([path, { version, optional }]) =>
      path === '' ||
      (optional && !present[path]) ||
      (present[path]?.version === version && existsSync(`${root}/${path}`)),
  )
}

/** Installs the packages where they are missing or of other versions. Standard output stays clean. */
export async function installDependencies() {
  if (installed()) return
  process.stderr.write('installing packages (npm ci) …\n')
  const status = await command('npm', ['ci', '--no-fund', '--no-audit'], { stdio: ['ignore', 2, 2] })
  if (status === 0) return
  process.stderr.write(`npm ci failed with status ${status}\n`)
  process.exit(1)
}

/** Runs a command in the project's folder; gives its exit status, 127 when there is no such command. */
export function command(name, args, options = {}) {
  return new Promise((resolve) => {
    const shell = process.platform === 'win32'
    const child = spawn(name, args, { cwd: root, stdio: 'inherit', shell, ...options })
    child.on('error', () => resolve(127))
    child.on('close', (status) => resolve(status ?? 1))
  })
}

/** Runs a tool of node_modules. */
export function tool(name, args, options = {}) {
  return command(`${root}/node_modules/.bin/${name}`, args, options)
}

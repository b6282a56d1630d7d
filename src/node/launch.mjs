// Runs a TypeScript entry of src/node in this process: `node src/node/launch.mjs quantize layer FILE …` calls
// main(['layer', 'FILE', …]) of src/node/quantize.ts and exits with the number it gives. Vite translates on the fly
// (TypeScript, `?raw`) and writes no files.
import { tmpdir } from 'node:os'
import { installDependencies, requireNode, root } from './setup.mjs'

requireNode()
await installDependencies()
// Mesa's Vulkan drivers complain on standard error where this is not set.
process.env.XDG_RUNTIME_DIR ??= tmpdir()
const { createServer } = await import('vite')
const server = await createServer({
  root,
  configFile: false,
  envDir: false,
  appType: 'custom',
  logLevel: 'error',
  // Node 20 knows no `using`.
  oxc: { target: 'es2022' },
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
})
// A reader that has seen enough, such as `head`, ends the work; it is no failure.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
const [name, ...args] = process.argv.slice(2)
try {
  const { main } = await server.environments.ssr.runner.import(`/src/node/${name}.ts`)
  process.exitCode = await main(args)
} finally {
  await server.close()
}

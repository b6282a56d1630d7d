// `npm start`: installs what is missing, builds the page and serves it on the first free port from 4173.
import { installDependencies, requireNode, root } from './setup.mjs'

requireNode()
await installDependencies()
const { build, preview } = await import('vite')
process.stdout.write('building the page …\n')
await build({ root, logLevel: 'warn' })
const server = await preview({ root, logLevel: 'warn', preview: { port: 4173, strictPort: false } })
process.stdout.write(`\nCDQuant Playground is at ${server.resolvedUrls?.local[0]}\nCtrl+C ends it.\n`)

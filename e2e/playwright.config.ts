// The browser stories: the built page, served by Vite, in a real Chromium with WebGPU on the software adapter. Without
// GPU and without network. CHROMIUM_PATH chooses the browser, E2E_PORT the port.
import { defineConfig } from '@playwright/test'

const port = process.env.E2E_PORT ?? '4310'
const browser = process.env.CHROMIUM_PATH

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  workers: 1,
  forbidOnly: true,
  timeout: 240_000,
  expect: { timeout: 60_000 },
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    browserName: 'chromium',
    headless: true,
    actionTimeout: 30_000,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    // Only offline.spec.ts looks at it; elsewhere it would take from the run.
    serviceWorkers: 'block',
    launchOptions: {
      ...(browser ? { executablePath: browser } : {}),
      args: [
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--disable-quic',
      ],
    },
  },
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --host 127.0.0.1 --port ${port} --strictPort --logLevel warn`,
    cwd: '..',
    url: `http://127.0.0.1:${port}/`,
    // The stories of a hub serve it from this machine.
    env: { CONNECT_ORIGINS: 'http://127.0.0.1:*' },
    reuseExistingServer: false,
  },
})

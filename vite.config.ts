import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'

/**
 * Servers that may be asked for a model, and only when the user asks for one: the Hugging Face Hub and its file hosts.
 * Who hosts the page with a mirror of their own adds its origins in CONNECT_ORIGINS, separated by spaces, when building
 * (and for `vite preview`).
 */
const hubs = ['https://huggingface.co', 'https://*.huggingface.co', 'https://hf.co', 'https://*.hf.co']
const more = (process.env.CONNECT_ORIGINS ?? '').split(/\s+/).filter(Boolean)
const wrong = more.find((origin) => !/^https?:\/\/[\w.*:[\]-]+$/.test(origin))
if (wrong !== undefined) throw new Error(`CONNECT_ORIGINS: '${wrong}' is no origin such as https://hub.example:8443`)

/** What the built page may do. Nothing goes elsewhere but the requests of a model that the user asks for. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Recharts and the bars place their parts by style attributes.
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data: blob:",
  ["connect-src 'self'", ...hubs, ...more].join(' '),
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** The policy as the first element of the built page's head; the development server needs inline scripts. */
const strict: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' },
  ],
}

/** The service worker: everything the page needs, kept after the first visit. src/worker/offline.ts registers it. */
const offline = VitePWA({
  injectRegister: null,
  manifest: false,
  workbox: {
    globPatterns: ['**/*.{html,js,css,svg,webmanifest}', 'icons/*.png', 'models/**/*.{json,txt,safetensors}', 'runs/*'],
    globIgnores: ['**/golden.json'],
    maximumFileSizeToCacheInBytes: 16 * 2 ** 20,
    navigateFallback: 'index.html',
    clientsClaim: true,
    cleanupOutdatedCaches: true,
  },
})

export default defineConfig({
  base: './',
  plugins: [react(), strict, offline],
  build: { target: 'es2022' },
  worker: { format: 'es' },
  // A worker's own requests obey the header of its script, not the page's element.
  preview: { headers: { 'Content-Security-Policy': policy } },
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Files share a process, and in it the device with its compiled kernels (src/test/gpu.ts).
    isolate: false,
    maxWorkers: 2,
  },
})

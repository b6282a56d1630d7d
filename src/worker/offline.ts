// Keeps the page usable without a network after the first visit: registers the service worker that the build makes,
// and lets a newer version take over when a page begins, never while one is at work.

/** A takeover later than this does not begin the page again. */
const TAKEOVER_MS = 5000

/**
 * Called once, while the built page is being loaded. `script`: the service worker's address. Browsers without service
 * workers, and plain http addresses, go on without.
 */
export async function keepOffline(script: URL): Promise<void> {
  const { serviceWorker } = navigator
  if (!serviceWorker) return
  // What is kept is fetched after what the page itself needs.
  const loaded = new Promise((resolve) => addEventListener('load', resolve, { once: true }))
  const scope = new URL('./', script).href
  const known = await serviceWorker.getRegistration(scope)
  if (known?.waiting && serviceWorker.controller) {
    // A newer version was fetched in an earlier visit: this page began with the old one, so it begins again. If the
    // takeover comes late, somebody may be at work: the new version then waits for the next visit's page.
    const began = performance.now()
    const change = () => {
      if (performance.now() - began < TAKEOVER_MS) location.reload()
    }
    serviceWorker.addEventListener('controllerchange', change, { once: true })
    known.waiting.postMessage({ type: 'SKIP_WAITING' })
    return
  }
  await loaded
  await serviceWorker.register(script, { scope, updateViaCache: 'none' })
}

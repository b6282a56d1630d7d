// Measured kernel shapes in the browser's cache, filed under this build of the worker: another build measures again.
import type { ShapeStore } from '../kernels/shapes.ts'

/** `build`: the worker's own address, which names its build. Without a cache (an insecure origin) nothing is kept. */
export function shapeStore(caches: CacheStorage | undefined, build: string): ShapeStore {
  const address = (adapter: string) => new URL(`?shapes=${encodeURIComponent(adapter)}`, build).href
  return {
    async load(adapter) {
      const kept = await (await caches?.open('kernel-shapes'))?.match(address(adapter))
      return kept?.text()
    },
    async save(adapter, choices) {
      await caches?.delete('kernel-shapes')
      await (await caches?.open('kernel-shapes'))?.put(address(adapter), new Response(choices))
    },
  }
}

// What all other stories stand on: WebGPU comes up in a worker, on the software adapter.
import { expect, test } from '@playwright/test'

// The worker of this test is no file of the page.
test.use({ bypassCSP: true })

test('a worker gets a GPU device and computes on it', async ({ page }) => {
  await page.goto('?autorun=0')
  const answer = await page.evaluate(() => {
    const body = async () => {
      const adapter = await navigator.gpu.requestAdapter()
      const device = await adapter!.requestDevice()
      const buffer = device.createBuffer({ size: 4, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC })
      const copy = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
      const code =
        '@group(0) @binding(0) var<storage, read_write> x: array<u32>; @compute @workgroup_size(1) fn main() { x[0] = 42u; }'
      const module = device.createShaderModule({ code })
      const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } })
      const entries = [{ binding: 0, resource: { buffer } }]
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
      pass.dispatchWorkgroups(1)
      pass.end()
      encoder.copyBufferToBuffer(buffer, 0, copy, 0, 4)
      device.queue.submit([encoder.finish()])
      await copy.mapAsync(GPUMapMode.READ)
      const { vendor, architecture } = adapter!.info
      postMessage({ value: new Uint32Array(copy.getMappedRange())[0], adapter: `${vendor} ${architecture}` })
    }
    const worker = new Worker(URL.createObjectURL(new Blob([`(${body.toString()})()`])))
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(message))
    })
  })
  expect(answer).toEqual({ value: 42, adapter: 'google swiftshader' })
})

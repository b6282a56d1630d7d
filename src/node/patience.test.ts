import { expect, test } from 'vitest'
import { testGpu } from '../test/gpu.ts'
import { pollWithPauses } from './patience.ts'

test('own callbacks still run at once, and waiting for the GPU still ends', async () => {
  pollWithPauses()
  pollWithPauses()
  const gpu = await testGpu()
  await gpu.idle()
  const order: string[] = []
  setTimeout(() => order.push('timeout'), 50)
  await new Promise<void>((resolve) => setImmediate((word: string) => resolve(void order.push(word)), 'immediate'))
  expect(order).toEqual(['immediate'])
  expect(setImmediate).toHaveProperty('name', 'paused')
})

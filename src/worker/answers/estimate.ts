// How long a plan will take here. The device is measured for it once, about two seconds, and once more for recipes that
// it has not tried; the rates are kept as long as the device lives.
import type { Gpu } from '../../gpu/gpu.ts'
import type { Model } from '../../model/model.ts'
import { windowsPerChunk } from '../../pipeline/chunks.ts'
import { estimateOf } from '../../pipeline/estimate.ts'
import { probeDevice, probeSolving, solveKey, type DeviceRates, type SolveRates } from '../../pipeline/probe.ts'
import { keepingOf } from '../../pipeline/quick.ts'
import { planWindows } from '../../pipeline/windows.ts'
import { planWork } from '../../pipeline/work.ts'
import type { Answerer } from '../asking.ts'
import { wholeModel } from '../open.ts'

interface Known {
  models: WeakMap<Model, DeviceRates>
  solving: Map<string, SolveRates>
}

const known = new WeakMap<Gpu, Known>()

function knownOf(gpu: Gpu): Known {
  let all = known.get(gpu)
  if (!all) known.set(gpu, (all = { models: new WeakMap(), solving: new Map() }))
  return all
}

export const estimate: Answerer<'estimate'> = {
  device: true,
  async answer({ gpu, opened, cache }, { plan, calibration, evaluation }, _tell, wanted) {
    const { model, texts } = wholeModel(opened)
    const [seen, unseen] = await texts(calibration, evaluation)
    const windows = planWindows({ calibration: seen, evaluation: unseen }, plan)
    const { models, solving } = knownOf(gpu)
    const given = { gpu, now: () => performance.now(), wanted }
    const key = solveKey(plan)
    const device = models.get(model) ?? (await probeDevice(given, model))
    if (!device) return {}
    models.set(model, device)
    const solve = solving.get(key) ?? (await probeSolving(given, plan))
    if (!solve) return {}
    solving.set(key, solve)
    const counts = {
      calibration: windows.calibration.length,
      heldOut: windows.heldOut.length,
      evaluation: windows.evaluation.length,
    }
    const perChunk = windowsPerChunk(gpu, model, { window: plan.window, windows: counts.calibration })
    const cached = plan.mode === 'quick' && keepingOf(cache, model, windows).cached
    return { estimate: estimateOf(planWork(model, plan, counts, { perChunk, cached }), device, solve) }
  },
}

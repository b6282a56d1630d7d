// The golden problems beside the repository, where they are present.
import { existsSync, readFileSync } from 'node:fs'
import { openSafetensors } from '../formats/safetensors.ts'
import { gramMatrix } from '../math/linear.ts'
import type { GridSettings, ReferenceProblem } from '../quantize/problem.ts'

const folder = '../shared/golden'

export interface Golden {
  objective: number
  /** Relative. */
  tolerance: number
}

/** Objectives by problem, setting and method; nothing where the files are absent. */
export function goldenObjectives(): Record<string, Record<string, Record<string, Golden>>> {
  const file = `${folder}/golden.json`
  if (!existsSync(file)) return {}
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, Record<string, Golden>>>
}

export async function goldenProblem(name: string): Promise<ReferenceProblem> {
  const file = await openSafetensors(new Blob([readFileSync(`${folder}/${name}.safetensors`)]), name)
  const [rows, columns] = file.tensors.get('weights')!.shape
  const inputs = file.tensors.get('inputs')
  const hessian = inputs
    ? gramMatrix(await file.floats('inputs'), inputs.shape[0], columns)
    : await file.floats('hessian')
  return {
    rows,
    columns,
    weights: Float64Array.from(await file.floats('weights')),
    hessian: Float64Array.from(hessian),
  }
}

/** Of a setting's name: '3bit-group32-asym'. */
export function goldenSettings(setting: string): GridSettings {
  const [bits, group, symmetry] = setting.split('-')
  return {
    bits: Number.parseInt(bits),
    group: group === 'row' ? 0 : Number(group.slice('group'.length)),
    symmetric: symmetry === 'sym',
    scaleType: 'f32',
  }
}

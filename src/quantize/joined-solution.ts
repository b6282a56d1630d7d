// The solution of a layer whose rows were solved in parts: losses and moves add up, codes and levels are put one below
// the other.
import { levelBits, type LayerLoss, type Solution } from './solution.ts'

/** Of the parts in order; energies tr(W H Wᵀ), and on held-out tokens, of the layer. */
export function joinedSolution(parts: readonly Solution[], energies: readonly number[]): Solution {
  const [{ columns, levels, damping }] = parts
  const rows = sum(parts.map((part) => part.rows))
  const floats = (values: Float32Array[]) => {
    const all = new Float32Array(sum(values.map(({ length }) => length)))
    values.reduce((at, part) => (all.set(part, at), at + part.length), 0)
    return all
  }
  const codes = new Uint32Array(sum(parts.map((part) => part.codes.length)))
  parts.reduce((at, part) => (codes.set(part.codes, at), at + part.codes.length), 0)
  const heldOut = parts.flatMap((part) => (part.heldOut ? [part.heldOut.objective] : []))
  const loss = (objectives: number[], place: number) => layerLoss(sum(objectives), energies[place])
  const scales = floats(parts.map((part) => part.levels.scales))
  const zeros = floats(parts.map((part) => part.levels.zeros))
  return {
    ...{ rows, columns },
    ...loss(
      parts.map(({ objective }) => objective),
      0,
    ),
    ...(heldOut.length && { heldOut: loss(heldOut, 1) }),
    moves: sum(parts.map(({ moves }) => moves)),
    damping,
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
    levels: { ...levels, scales, zeros },
    codes,
    // One scale of the layer is stored once, whatever the parts.
    effectiveBits: (levelBits(levels, rows) + rows * columns * levels.bits) / (rows * columns),
  }
}

/** What a solution in another basis is in the layer's own: weights [rows, columns] and their losses. */
export function restoredSolution(
  inside: Solution,
  layer: { restored: Float32Array; objectives: readonly number[]; energies: readonly number[]; storedBits: number },
): Solution {
  const { restored, objectives, energies, storedBits } = layer
  const [objective, heldOut] = objectives
  const { rows, columns, levels } = inside
  return {
    ...inside,
    ...layerLoss(objective, energies[0]),
    ...(heldOut !== undefined && { heldOut: layerLoss(heldOut, energies[1]) }),
    restored,
    effectiveBits: (storedBits + levelBits(levels, rows) + rows * columns * levels.bits) / restored.length,
  }
}

function layerLoss(objective: number, energy: number): LayerLoss {
  return { objective, relative: objective === 0 ? 0 : objective / energy }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

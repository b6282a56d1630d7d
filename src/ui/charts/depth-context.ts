// What the parts of the depth chart read while a run goes on; recharts around them is not drawn again for it.
import { createContext, useContext } from 'react'
import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts'
import type { DepthMark, DepthRow } from '../../store/curves.ts'
import type { DepthFrames } from './depth-frames.ts'

export interface DepthDataValue {
  rows: readonly DepthRow[]
  recipes: readonly string[]
  yardstick: string
  challenger: string | undefined
  marks: readonly DepthMark[]
  frames: DepthFrames
  small: boolean
}

/** Upper or lower panel. */
export type Part = 'loss' | 'ratio'

export const DepthData = createContext<DepthDataValue | undefined>(undefined)

/** Indexes of the layer under way and of the one shown beside. */
export const DepthPlace = createContext<{ working: number | undefined; shown: number | undefined }>({
  working: undefined,
  shown: undefined,
})

/** The data and the scales in pixels; undefined until recharts knows its axes. */
export function useDepth() {
  const data = useContext(DepthData)
  const scaleX = useXAxisScale()
  const scaleY = useYAxisScale()
  const plot = usePlotArea()
  if (!data || !scaleX || !scaleY || !plot) return undefined
  return {
    ...data,
    left: plot.x,
    right: plot.x + plot.width,
    top: plot.y,
    bottom: plot.y + plot.height,
    X: (index: number) => scaleX(index) ?? 0,
    Y: (value: number) => scaleY(value) ?? 0,
  }
}

// The pictures of a window of weights, painted once per window, recipe and theme.
import { useMemo } from 'react'
import type { LayerAnswer, PixelsAnswer } from '../../worker/layer-questions.ts'
import { painted, usePalette } from './palette.ts'

/** W; Q; Q − W; (Q − W) √(H_jj ÷ mean), whose square is what the column's own error adds to the loss. */
export type Picture = 'original' | 'quantized' | 'difference' | 'weighted'

export type DifferenceKind = 'difference' | 'weighted'

/** A picture that cannot be painted is absent. `multiplier`: of the differences. */
export function useImages(
  window: PixelsAnswer | undefined,
  { range, diagonal }: Pick<LayerAnswer, 'range' | 'diagonal'>,
  multiplier: number,
  pictures: string,
): Partial<Record<Picture, HTMLCanvasElement>> {
  const palette = usePalette()
  const roots = useMemo(() => {
    const mean = diagonal ? diagonal.reduce((sum, h) => sum + h, 0) / diagonal.length : 0
    return mean > 0 ? diagonal?.map((h) => Math.sqrt(h / mean)) : undefined
  }, [diagonal])
  return useMemo(() => {
    if (!window) return {}
    const { original, quantized, rows, columns } = window
    const size = { rows: rows.count, columns: columns.count }
    const paint = (value: (at: number, column: number) => number) => painted(size, value, range, palette)
    const images: Partial<Record<Picture, HTMLCanvasElement>> = {}
    for (const picture of pictures.split(' '))
      if (picture === 'original') images.original = paint((at) => original[at])
      else if (!quantized) continue
      else if (picture === 'quantized') images.quantized = paint((at) => quantized[at])
      else if (picture === 'difference') images.difference = paint((at) => multiplier * (quantized[at] - original[at]))
      else if (roots)
        images.weighted = paint(
          (at, c) => multiplier * (quantized[at] - original[at]) * roots[columns.from + c * columns.step],
        )
    return images
  }, [window, range, palette, multiplier, pictures, roots])
}

// A CSS linear gradient as one of SVG: colours at equal steps or at percentages, along one of the two axes.

interface Stop {
  colour: string
  /** 0 … 1. */
  at: number
}

/** Splits at commas that stand outside of brackets. */
function split(text: string): string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const letter of text) {
    depth += letter === '(' ? 1 : letter === ')' ? -1 : 0
    if (letter === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts.map((part) => part.trim())
}

/** What a computed `background-image` says; undefined for whatever is not a plain linear gradient. */
export function linearGradient(image: string): { down: boolean; stops: Stop[] } | undefined {
  const inside = /^linear-gradient\((.*)\)$/.exec(image)?.[1]
  if (inside === undefined) return undefined
  const [first, ...rest] = split(inside)
  const along = /^to (right|bottom)$|^(90|180)deg$/.exec(first)
  if (!along && /^to |deg$|turn$|rad$/.test(first)) return undefined
  const down = !along || along[0] === 'to bottom' || along[0] === '180deg'
  const colours = along ? rest : [first, ...rest]
  const stops = colours.map((stop, i) => {
    const [, colour, percent] = /^(.*?)(?:\s+([\d.]+)%)?$/.exec(stop) ?? []
    return {
      colour: colour ?? stop,
      at: percent === undefined ? i / Math.max(1, colours.length - 1) : Number(percent) / 100,
    }
  })
  return { down, stops }
}

// Numbers and names as the page prints them: three significant digits in text, four in tables, true minus, thin space
// before %.
import { NO_BLOCK } from '../pipeline/bare-layers.ts'
import type { LayerFacts } from '../pipeline/events.ts'
import { TENSOR } from '../quantize/problem.ts'
import { recipeNamed, type Recipe } from '../quantize/recipes.ts'

const THIN = '\u202f'
const MINUS = '\u2212'

const numbers = new Intl.NumberFormat('en-US')

/** 1,234,567 */
export function count(value: number): string {
  return numbers.format(value)
}

/**
 * Significant digits without an exponent, kept zeros included: significant(0.012345, 4) = '0.01235'. Any size is
 * written out.
 */
export function significant(value: number, digits: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : 'not a number'
  if (value === 0) return '0'
  const magnitude = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))))
  const decimals = Math.max(0, Math.min(20, digits - 1 - magnitude))
  return value.toFixed(decimals).replace('-', MINUS)
}

/** A share of one as a percentage with one decimal: percent(0.0712) = '7.1 %'. From 99.95 % on without the decimal. */
export function percent(share: number): string {
  const value = Math.abs(share) * 100
  return `${share < 0 ? MINUS : ''}${value >= 99.95 ? count(Math.round(value)) : value.toFixed(1)}${THIN}%`
}

/** With a sign: −7.1 %, +2.0 %, 0.0 %. */
export function signedPercent(share: number): string {
  const text = percent(Math.abs(share))
  if (Math.abs(share) < 0.0005) return text
  return `${share < 0 ? MINUS : '+'}${text}`
}

/** A tick of a percentage axis: 0.05 → '5 %', 0.0005 → '0.05 %'. */
export function percentTick(share: number): string {
  return `${Number((share * 100).toPrecision(2))}${THIN}%`
}

/** Elapsed time: 0.4 s, 12.4 s, 41 s when whole seconds are enough, 3 min 20 s. */
export function duration(ms: number, precise = false): string {
  const seconds = ms / 1000
  if (seconds < 10 || (precise && seconds < 100)) return `${seconds.toFixed(1)} s`
  if (seconds < 100) return `${Math.round(seconds)} s`
  const minutes = Math.floor(Math.round(seconds) / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) - minutes * 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Clock of a player: 0:09. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Decimal bytes: 134.2 MB, 4.3 GB, 512 bytes. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} bytes`
  const unit = Math.min(4, Math.floor(Math.log10(value) / 3))
  const scaled = value / 1000 ** unit
  return `${scaled < 100 ? scaled.toFixed(1) : Math.round(scaled)} ${['', 'kB', 'MB', 'GB', 'TB'][unit]}`
}

/** 918,656 → '0.92 M', 134,515,008 → '135 M'. */
export function millions(value: number): string {
  return `${Number((value / 1e6).toPrecision(value < 1e6 ? 2 : 3))} M`
}

/** A name longer than a line without its middle; matrices without a model may be called anything. */
export function shortName(name: string): string {
  return name.length > 48 ? `${name.slice(0, 23)}…${name.slice(-24)}` : name
}

/** 'q_proj' → 'q'. */
export function moduleName(module: string): string {
  return shortName(module.replace(/_proj$/, ''))
}

/** 'block 2'; empty for a matrix that is in none. `short`: the number alone. */
export function blockName(block: number, short = false): string {
  return block === NO_BLOCK ? '' : short ? String(block) : `block ${block}`
}

/** 'block 2 · gate', in one piece. A matrix that is in no block has its name. */
export function layerName({ block, module }: Pick<LayerFacts, 'block' | 'module'>): string {
  return block === NO_BLOCK ? shortName(module) : `block\u00a0${block}\u00a0·\u00a0${moduleName(module)}`
}

/** The recipe of that name; undefined for one that this version does not know, as an old recording may hold. */
export function knownRecipe(name: string): Recipe | undefined {
  try {
    return recipeNamed(name)
  } catch {
    return undefined
  }
}

/** Title of a recipe; 'unquantized' has one too. Unknown names stand for themselves. */
export function recipeTitle(name: string): string {
  return name === 'unquantized' ? 'Unquantized' : (knownRecipe(name)?.title ?? name)
}

export function recipeShort(name: string): string {
  return name === 'unquantized' ? 'Unquantized' : (knownRecipe(name)?.short ?? name)
}

/** 'a', 'a and b', 'a, b and c' */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** '1 layer', '28 layers' */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** '1 matrix', '28 matrices' */
export function matrixCount(value: number): string {
  return `${count(value)} ${value === 1 ? 'matrix' : 'matrices'}`
}

/** 'row', '64' */
export function groupWords(group: number): string {
  if (group === TENSOR) return 'one group for all rows'
  return group === 0 ? 'one group per row' : `groups of ${count(group)}`
}

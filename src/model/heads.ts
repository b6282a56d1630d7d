// Sizes of attention heads, and of the tensors they need, as config.json has them.
import { InputError } from '../formats/errors.ts'
import type { ConfigReader } from './config.ts'
import type { Linear } from './design.ts'

/** Most numbers of a head that the attention kernels hold. */
const MOST = 256

export interface Heads {
  heads: number
  kvHeads: number
  /** Numbers of one head. */
  width: number
}

export interface HeadFields {
  heads: string
  /** Without one there are as many key-value heads as heads. */
  kvHeads?: string
  /** Without one a head has hidden / heads numbers. */
  width?: string
  hidden: string
}

/** @throws InputError when the numbers do not fit each other. */
export function readHeads(config: ConfigReader, fields: HeadFields): Heads {
  const hidden = config.count(fields.hidden)
  const heads = config.listed(fields.heads)
  const kvHeads = fields.kvHeads ? config.listed(fields.kvHeads, heads) : heads
  if (heads % kvHeads)
    throw new InputError(`config.json: ${fields.heads} ${heads} is no multiple of ${fields.kvHeads} ${kvHeads}`)
  if (!(fields.width && config.has(fields.width)) && hidden % heads)
    throw new InputError(`config.json: ${fields.hidden} ${hidden} is no multiple of ${fields.heads} ${heads}`)
  const width = fields.width ? config.count(fields.width, Math.floor(hidden / heads), MOST) : hidden / heads
  if (width > MOST)
    throw new InputError(`config.json: heads of ${width} numbers (${fields.hidden} / ${fields.heads}); at most ${MOST}`)
  return { heads, kvHeads, width }
}

/** The linear layers of one block, by their path in it. */
export function linears(
  prefix: string,
  block: number,
  /** By default the last word of the path. */
  modules: Readonly<Record<string, string>> = {},
): (path: string, rows: number, columns: number, options?: { bias?: boolean; transposed?: boolean }) => Linear {
  return (path, rows, columns, { bias = false, transposed = false } = {}) => {
    const layer = `${prefix}${path}`
    const module = modules[path] ?? path.slice(path.lastIndexOf('.') + 1)
    const facts = { layer, block, module, rows, columns }
    return { facts, bias: bias ? `${layer}.bias` : undefined, transposed }
  }
}

/** 'transformer.' or whatever a file's names begin with; nothing where `tensor` is there without it. */
export function prefixOf(tensors: ReadonlyMap<string, unknown>, prefix: string, tensor: string): string {
  return tensors.has(tensor) && !tensors.has(prefix + tensor) ? '' : prefix
}

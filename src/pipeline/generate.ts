// Generation: a model with all its weights on the GPU continues a prompt, one token at a time. Every block keeps keys and values of the
// tokens before, so that a new token costs one pass over the weights, however many came before it.
import { InputError } from '../formats/errors.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import { GpuError, GpuLimitError } from '../gpu/errors.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { checkAdapter } from '../model/memory.ts'
import type { Block, Front, Head, Model, Substitute } from '../model/model.ts'
import { sampler } from './generate-sample.ts'

/** Tokens of a prompt that pass the blocks together. */
const PIECE = 256
/** What weights and kept keys and values may take together; browsers rarely give a page more. */
const BUDGET_BYTES = 2 ** 33

/**
 * Bytes of a model that generates within `window` tokens: the weights of all layers and the head in float32, and what
 * its blocks keep.
 */
export function generationBytes({ facts, layers, keptBytes }: Model, window: number): number {
  const weights = layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0)
  return 4 * (weights + facts.vocabulary * facts.hidden) + keptBytes(window)
}

/** A model on the GPU in the middle of one sequence. */
export class Decoder implements Disposable {
  /** Tokens taken in so far. */
  position = 0
  private readonly scope: Scope
  private readonly hidden: GpuBuffer
  private readonly last: GpuBuffer
  private readonly logits: GpuBuffer
  private readonly blocks: Block[] = []
  private front!: Front
  private head!: Head

  private constructor(
    private readonly gpu: Gpu,
    private readonly model: Model,
    /** Most tokens of the sequence. */
    readonly window: number,
  ) {
    const { hidden, vocabulary } = model.facts
    this.scope = new Scope(gpu)
    const piece = Math.min(PIECE, window)
    this.hidden = this.scope.buffer('hidden states', 4 * piece * hidden)
    this.last = this.scope.buffer('last hidden state', 4 * hidden)
    this.logits = this.scope.buffer('logits', 4 * vocabulary)
  }

  /**
   * Loads a model for a sequence of up to `window` tokens; layers for which `substitute` gives other weights use those.
   * @throws GpuLimitError stating the bytes when they are more than this adapter holds.
   */
  static async open(
    gpu: Gpu,
    model: Model,
    window: number,
    substitute?: Substitute,
    budgetBytes = BUDGET_BYTES,
  ): Promise<Decoder> {
    checkAdapter(model, gpu.adapter)
    const bytes = generationBytes(model, window)
    const need = `${model.facts.name} needs ${bytes} bytes on the GPU to write, for all its weights and ${window} tokens`
    if (bytes > budgetBytes) throw new GpuLimitError(`${need}; at most ${budgetBytes} are used`)
    const decoder = new Decoder(gpu, model, window)
    try {
      await decoder.load(substitute)
      return decoder
    } catch (error) {
      decoder[Symbol.dispose]()
      if (error instanceof GpuError)
        throw new GpuLimitError(`${need}; this adapter failed to hold them: ${error.message}`)
      throw error
    }
  }

  private async load(substitute: Substitute | undefined): Promise<void> {
    const { gpu, model, scope, window } = this
    const forward = scope.own(model.forward(gpu, { tokens: Math.min(PIECE, window), window }))
    this.front = scope.own(await forward.front())
    for (let block = 0; block < model.facts.blocks; block++) {
      this.blocks.push(scope.own(await forward.block(block, substitute)))
      // Says at once when the memory has come to its end.
      await gpu.idle()
    }
    // Logits are wanted of one token at a time.
    const single = scope.own(model.forward(gpu, { tokens: 1, window }))
    this.head = scope.own(await single.head())
    await gpu.idle()
  }

  /** Takes in the next tokens of the sequence and gives the logits f32 [vocabulary] after the last of them. */
  async feed(ids: Uint32Array): Promise<Float32Array> {
    const { gpu, blocks, hidden, last, logits } = this
    if (!ids.length || this.position + ids.length > this.window)
      throw new Error(`${ids.length} tokens after ${this.position} in a window of ${this.window}`)
    for (let start = 0; start < ids.length; start += PIECE) {
      const piece = ids.subarray(start, start + PIECE)
      const tokens = piece.length
      const batch = gpu.batch('generate')
      await this.front.run(batch, piece, hidden, this.position)
      for (const block of blocks) block.extend(batch, hidden, tokens, this.position)
      this.position += tokens
      if (start + tokens === ids.length) {
        const { hidden: columns } = this.model.facts
        batch.copy(hidden, 4 * (tokens - 1) * columns, last, 0, 4 * columns)
        this.head.logits(batch, last, logits, 1)
      }
      batch.flush()
    }
    return gpu.readF32(logits)
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}

export interface GenerateOptions {
  /** New tokens, at most. */
  tokens: number
  /** 0: always the likeliest token. */
  temperature: number
  seed: number
  /** Ids after which a text is over. */
  ends: readonly number[]
  substitute?: Substitute | undefined
}

/** Why a text ends: the model said so, there are as many tokens as asked for, or the model's context is full. */
export type Ending = 'end' | 'limit' | 'context'

export interface NextToken {
  id: number
  /** f32 [vocabulary], from which it was picked. */
  logits: Float32Array
}

/** Continues a prompt token by token. @throws InputError for a prompt that leaves no room. */
export async function* generate(
  gpu: Gpu,
  model: Model,
  prompt: Uint32Array,
  { tokens, temperature, seed, ends, substitute }: GenerateOptions,
): AsyncGenerator<NextToken, Ending> {
  const { context } = model.facts
  if (prompt.length >= context)
    throw new InputError(
      `the prompt has ${prompt.length} tokens; the model was made for ${context} with what it writes`,
    )
  using decoder = await Decoder.open(gpu, model, Math.min(context, prompt.length + tokens), substitute)
  const pick = sampler(temperature, seed)
  let given = prompt
  for (let written = 1; ; written++) {
    const logits = await decoder.feed(given)
    const id = pick(logits)
    yield { id, logits }
    if (ends.includes(id)) return 'end'
    if (written === tokens) return 'limit'
    if (prompt.length + written === context) return 'context'
    given = Uint32Array.of(id)
  }
}

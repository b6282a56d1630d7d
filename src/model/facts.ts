// What is known of a model without its weights; plain data, so that it can travel in events.

/** One quantized linear layer. */
export interface LayerFacts {
  /** Tensor path without `.weight`: 'model.layers.0.self_attn.q_proj'. */
  layer: string
  block: number
  /** Last word of the path: 'q_proj'. */
  module: string
  rows: number
  columns: number
}

export interface ModelFacts {
  /** Folder or bundled name. */
  name: string
  architecture: string
  parameters: number
  blocks: number
  hidden: number
  vocabulary: number
  /** Longest sequence the model was made for, in tokens. */
  context: number
  tied: boolean
}

/** Layers of a block that read the same input, and so share a Hessian. */
export interface InputGroup {
  layers: LayerFacts[]
  columns: number
}

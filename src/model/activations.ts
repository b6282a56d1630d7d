// The names that config.json gives to activations.
import type { Activation } from '../kernels/activation.ts'

export const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  quick_gelu: 'gelu-sigmoid',
  relu: 'relu',
  relu2: 'relu-squared',
}

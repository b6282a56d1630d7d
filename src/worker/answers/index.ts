// Every kind of question the worker answers, one line each.
import type { Answerers } from '../asking.ts'
import { advice } from './advice.ts'
import { cells } from './cells.ts'
import { estimate } from './estimate.ts'
import { identity } from './identity.ts'
import { samples } from './samples.ts'
import { layerColumns, layerColumnsOnDevice } from './layer-columns.ts'
import { layerGroup } from './layer-group.ts'
import { layerPixels } from './layer-pixels.ts'
import { layerReplay } from './layer-replay.ts'
import { layer } from './layer.ts'
import { write } from './write.ts'

export const answerers: Answerers = {
  advice,
  cells,
  estimate,
  identity,
  samples,
  layer,
  'layer-columns': layerColumns,
  'layer-columns-on-device': layerColumnsOnDevice,
  'layer-group': layerGroup,
  'layer-pixels': layerPixels,
  'layer-replay': layerReplay,
  write,
}

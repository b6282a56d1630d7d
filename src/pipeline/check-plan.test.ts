import { expect, test } from 'vitest'
import { InputError } from '../formats/errors.ts'
import { checkPlan } from './check-plan.ts'
import { defaultPlan, type Plan } from './plan.ts'

const layers = [
  { layer: 'model.layers.0.self_attn.q_proj', columns: 128 },
  { layer: 'model.layers.0.mlp.down_proj', columns: 384 },
]

test('the default plan is fine', () => {
  expect(() => checkPlan(defaultPlan, layers)).not.toThrow()
  expect(() => checkPlan({ ...defaultPlan, mode: 'faithful', correction: 0.5 }, layers)).not.toThrow()
  expect(() => checkPlan({ ...defaultPlan, layerBits: { [layers[1].layer]: 8 } }, layers)).not.toThrow()
})

test.each<[Partial<Plan>, RegExp]>([
  [{ recipes: [] }, /no recipe/],
  [{ recipes: ['rtn', 'rtn'] }, /twice/],
  [{ recipes: ['bogus'] }, /unknown recipe 'bogus'; known: rtn, gptq/],
  [{ bits: 1 }, /bits is 1; allowed: whole numbers from 2 to 8/],
  [{ bits: 2.5 }, /bits is 2.5/],
  [{ bits: 9 }, /bits is 9/],
  [
    { layerBits: { 'model.layers.7.mlp.up_proj': 4 } },
    /bits are given for model.layers.7.mlp.up_proj, which is not among the 2 layers of the model/,
  ],
  [
    { layerBits: { [layers[0].layer]: 9 } },
    /bits of model.layers.0.self_attn.q_proj is 9; allowed: whole numbers from 2/,
  ],
  [{ group: -2 }, /group is -2/],
  [{ group: 129 }, /group 129 is larger than the 128 columns of model.layers.0.self_attn.q_proj/],
  [{ group: 512 }, /group 512 .* \(and of 1 more layers\)/],
  [{ grid: 'spiral' }, /unknown grid 'spiral'; known: minmax, clip/],
  [{ damp: 0 }, /damp is 0/],
  [{ damp: NaN }, /damp is NaN/],
  [{ window: 1 }, /window is 1/],
  [{ samples: 0 }, /samples is 0/],
  [{ heldOut: -1 }, /held-out windows is -1/],
  [{ correction: 0.5 }, /correction is 0.5; it needs the faithful mode/],
  [{ correction: 2, mode: 'faithful' }, /correction is 2; allowed: 0 to 1/],
  [{ correction: 0.5, mode: 'faithful', eigenClip: 0.01 }, /correction is 0.5 with eigenvalues clipped/],
])('%j is refused', (change, message) => {
  const check = () => checkPlan({ ...defaultPlan, ...change }, layers)
  expect(check).toThrow(InputError)
  expect(check).toThrow(message)
})

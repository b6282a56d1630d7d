// ŵ = scale · (code − zero) from packed codes (see pack-codes). packed: [rows, words]; scales, zeros: [rows, groups];
// weights: [rows, columns].
struct Params { rows: u32, columns: u32, width: u32, groups: u32, bits: u32, words: u32 }
@group(0) @binding(0) var<storage, read> packed: array<u32>;
@group(0) @binding(1) var<storage, read> scales: array<f32>;
@group(0) @binding(2) var<storage, read> zeros: array<f32>;
@group(0) @binding(3) var<storage, read_write> weights: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  if at >= params.rows * params.columns { return; }
  let row = at / params.columns;
  let j = at % params.columns;
  let bit = j * params.bits;
  let word = row * params.words + bit / 32u;
  let shift = bit % 32u;
  var code = packed[word] >> shift;
  if shift + params.bits > 32u { code |= packed[word + 1u] << (32u - shift); }
  code &= (1u << params.bits) - 1u;
  let level = row * params.groups + j / params.width;
  weights[at] = scales[level] * (f32(code) - zeros[level]);
}

// codes = clamp(round(w / scale) + zero, 0, top). weights, codes: [rows, columns]; scales, zeros: [rows, groups]. One
// workgroup per row.
struct Params { rows: u32, columns: u32, width: u32, groups: u32, top: f32 }
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> scales: array<f32>;
@group(0) @binding(2) var<storage, read> zeros: array<f32>;
@group(0) @binding(3) var<storage, read_write> codes: array<u32>;
@group(0) @binding(4) var<uniform> params: Params;

// Few where every invocation has its price, as on a software adapter.
override LANES = 64u;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.x + group.y * groups.x;
  if row >= params.rows { return; }
  for (var g = 0u; g < params.groups; g++) {
    let scale = scales[row * params.groups + g];
    let zero = zeros[row * params.groups + g];
    let end = min((g + 1u) * params.width, params.columns);
    for (var j = g * params.width + lane; j < end; j += LANES) {
      codes[row * params.columns + j] = u32(code_of(weights[row * params.columns + j], scale, zero, params.top));
    }
  }
}

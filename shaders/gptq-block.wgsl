// Steps [start, start + size) of GPTQ in LDLQ form, one thread per row: at step t the column order[t] gets the level nearest to
// w + correction + Σ_s (w − ŵ)_s M[s, t], s over this block's earlier steps; the correction holds the steps before the block.
// Dead columns (M[t, t] = 0) take the code `zero`. weights, codes: [rows, columns]; scales, zeros: [rows, groups]; feedback (M): [columns, stride];
// correction: [columns, row_stride]; errors: [size, row_stride], w − ŵ of this block's steps.
struct Params { rows: u32, columns: u32, width: u32, groups: u32, top: f32, start: u32, size: u32, stride: u32, row_stride: u32 }
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read> zeros: array<f32>;
@group(0) @binding(4) var<storage, read> feedback: array<f32>;
@group(0) @binding(5) var<storage, read> correction: array<f32>;
@group(0) @binding(6) var<storage, read_write> codes: array<u32>;
@group(0) @binding(7) var<storage, read_write> errors: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES = 16u;
const BLOCK = 32u;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * LANES + lane;
  if row >= params.rows { return; }
  var error: array<f32, BLOCK>;
  for (var k = 0u; k < params.size; k++) {
    let t = params.start + k;
    let column = order[t];
    let level = row * params.groups + column / params.width;
    let scale = scales[level];
    let zero = zeros[level];
    let w = weights[row * params.columns + column];
    var wanted = w + correction[t * params.row_stride + row];
    for (var s = 0u; s < k; s++) { wanted += error[s] * feedback[(params.start + s) * params.stride + t]; }
    var code = zero;
    error[k] = 0.0;
    if feedback[t * params.stride + t] != 0.0 {
      code = exact_code_of(wanted, scale, zero, params.top);
      error[k] = w - scale * (code - zero);
    }
    codes[row * params.columns + column] = u32(min(code, params.top));
    errors[k * params.row_stride + row] = error[k];
  }
}

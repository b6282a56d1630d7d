// Steps [start, start + size) of GPTQ in LDLQ form, one thread per row: at step t the column order[t] gets the level
// nearest to w + correction + Σ_s (w − ŵ)_s M[s, t], s over this block's earlier steps; the correction holds the steps
// before the block.
// Dead columns (M[t, t] = 0) take the code nearest to `zero`. weights, codes: [rows, columns]; scales, zeros: [rows, groups];
// feedback (M): rows from `first` on of [columns, stride]; correction: [columns, row_stride]; errors: [size, row_stride], w − ŵ of this block's
// steps. start, stride: multiples of 4.
struct Params {
  rows: u32, columns: u32, width: u32, groups: u32, top: f32, start: u32, size: u32, stride: u32, row_stride: u32,
  first: u32
}
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read> zeros: array<f32>;
@group(0) @binding(4) var<storage, read> feedback: array<vec4f>;
@group(0) @binding(5) var<storage, read> correction: array<f32>;
@group(0) @binding(6) var<storage, read_write> codes: array<u32>;
@group(0) @binding(7) var<storage, read_write> errors: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES = 16u;
const BLOCK = 32u;

// Rounds one weight and gives its error. `fed` is the block's own feedback, `live` the diagonal of M.
fn round_step(row: u32, k: u32, fed: f32, live: f32) -> f32 {
  if k >= params.size { return 0.0; }
  let t = params.start + k;
  let column = order[t];
  let level = row * params.groups + column / params.width;
  let scale = scales[level];
  let zero = zeros[level];
  let w = weights[row * params.columns + column];
  var code = clamp(round(zero), 0.0, params.top);
  var error = 0.0;
  if live != 0.0 {
    code = exact_code_of(w + correction[t * params.row_stride + row] + fed, scale, zero, params.top);
    error = w - scale * (code - zero);
  }
  codes[row * params.columns + column] = u32(code);
  errors[k * params.row_stride + row] = error;
  return error;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (group.x + group.y * groups.x) * LANES + lane;
  if row >= params.rows { return; }
  // What the steps done so far feed back into the steps to come, four steps to a vector.
  var fed: array<vec4f, BLOCK / 4u>;
  let stride = params.stride / 4u;
  for (var k = 0u; k < params.size; k += 4u) {
    let q = k / 4u;
    let m = (params.start - params.first + k) * stride + params.start / 4u;
    var own = fed[q];
    let m0 = feedback[m + q];
    let e0 = round_step(row, k, own.x, m0.x);
    own += e0 * m0;
    let m1 = feedback[m + stride + q];
    let e1 = round_step(row, k + 1u, own.y, m1.y);
    own += e1 * m1;
    let m2 = feedback[m + 2u * stride + q];
    let e2 = round_step(row, k + 2u, own.z, m2.z);
    own += e2 * m2;
    let e3 = round_step(row, k + 3u, own.w, feedback[m + 3u * stride + q].w);
    for (var p = q + 1u; 4u * p < params.size; p++) {
      let n = m + p;
      fed[p] += e0 * feedback[n] + e1 * feedback[n + stride]
        + e2 * feedback[n + 2u * stride] + e3 * feedback[n + 3u * stride];
    }
  }
}

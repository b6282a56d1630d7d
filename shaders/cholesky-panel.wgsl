// The rest of a block's rows in a blocked Cholesky factorisation A = RᵀR: solves R_bbᵀ X = A[block, after the block],
// one thread per column.
// matrix: rows from `first` on of [columns, stride], X in place; panel: [size, stride], a copy of X in the columns after the block.
struct Params { columns: u32, stride: u32, start: u32, size: u32, first: u32 }
@group(0) @binding(0) var<storage, read_write> matrix: array<f32>;
@group(0) @binding(1) var<storage, read_write> panel: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

override LANES = 64u;
const BLOCK = 32u;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let stride = params.stride;
  let top = params.start - params.first;
  let j = params.start + params.size + group.x * LANES + lane;
  if j >= params.columns { return; }
  var x: array<f32, BLOCK>;
  for (var k = 0u; k < params.size; k++) {
    var sum = matrix[(top + k) * stride + j];
    for (var i = 0u; i < k; i++) { sum -= matrix[(top + i) * stride + params.start + k] * x[i]; }
    x[k] = sum / matrix[(top + k) * stride + params.start + k];
    matrix[(top + k) * stride + j] = x[k];
    panel[k * stride + j] = x[k];
  }
}

// y = x · Wᵀ, or y += x · Wᵀ: 64 tokens × 64 rows per workgroup, staged through workgroup memory 16 columns at a time; any shape.
// x: [tokens, columns]; weights: [rows, columns]; y: rows first … first + rows − 1 of [tokens, stride]. Tokens
// start … tokens − 1 are done.
struct Params { start: u32, tokens: u32, rows: u32, columns: u32, stride: u32, first: u32, accumulate: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

const TILE = 64u;
const STEP = 16u;
// One word of padding, so that the columns of a tile fall into different banks.
const STRIDE = 65u;
var<workgroup> x_tile: array<f32, STEP * STRIDE>;
var<workgroup> w_tile: array<f32, STEP * STRIDE>;

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let token = params.start + TILE * group.y;
  let row = TILE * group.x;
  // What this invocation stages: one column of four tokens and four rows, 16 apart.
  let column = lane % STEP;
  let line = lane / STEP;
  // Its sums: component i of sumsT belongs to token + id.y + 16 T and row + id.x + 16 i, so that neighbours write neighbours.
  var sums0 = vec4f();
  var sums1 = vec4f();
  var sums2 = vec4f();
  var sums3 = vec4f();
  for (var start = 0u; start < params.columns; start += STEP) {
    let inside = start + column < params.columns;
    for (var i = 0u; i < TILE; i += 16u) {
      let t = token + line + i;
      let r = row + line + i;
      var value = 0.0;
      var weight = 0.0;
      if inside && t < params.tokens { value = x[t * params.columns + start + column]; }
      if inside && r < params.rows { weight = weights[r * params.columns + start + column]; }
      x_tile[column * STRIDE + line + i] = value;
      w_tile[column * STRIDE + line + i] = weight;
    }
    workgroupBarrier();
    for (var k = 0u; k < STEP * STRIDE; k += STRIDE) {
      let w = k + id.x;
      let factor = vec4f(w_tile[w], w_tile[w + 16u], w_tile[w + 32u], w_tile[w + 48u]);
      let t = k + id.y;
      sums0 += x_tile[t] * factor;
      sums1 += x_tile[t + 16u] * factor;
      sums2 += x_tile[t + 32u] * factor;
      sums3 += x_tile[t + 48u] * factor;
    }
    workgroupBarrier();
  }
  put4(token + id.y, row + id.x, sums0);
  put4(token + id.y + 16u, row + id.x, sums1);
  put4(token + id.y + 32u, row + id.x, sums2);
  put4(token + id.y + 48u, row + id.x, sums3);
}

fn put4(token: u32, row: u32, sums: vec4f) {
  if token >= params.tokens { return; }
  for (var i = 0u; i < 4u; i++) {
    if row + 16u * i < params.rows {
      let at = token * params.stride + params.first + row + 16u * i;
      if params.accumulate == 1u { y[at] += sums[i]; } else { y[at] = sums[i]; }
    }
  }
}

// M ← keep · M + scale · XᵀY in tiles of 64 × 64 per workgroup, staged through workgroup memory 16 tokens at a time.
// x, y: [tokens, columns]; matrix: rows from `first` on of
// [columns, columns]. Rows start … end − 1 of M are done. keep = 0 starts a new M.
struct Params { start: u32, end: u32, tokens: u32, columns: u32, first: u32, keep: f32, scale: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> matrix: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

const TILE = 64u;
const STEP = 16u;
var<workgroup> row_tile: array<f32, STEP * TILE>;
var<workgroup> column_tile: array<f32, STEP * TILE>;

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = params.start + TILE * group.y;
  let column = TILE * group.x;
  // Component i of sumsR belongs to row row + id.y + 16 R and column column + id.x + 16 i, so that neighbours write neighbours.
  var sums0 = vec4f();
  var sums1 = vec4f();
  var sums2 = vec4f();
  var sums3 = vec4f();
  for (var start = 0u; start < params.tokens; start += STEP) {
    for (var at = lane; at < STEP * TILE; at += 256u) {
      let token = start + at / TILE;
      let r = row + at % TILE;
      let c = column + at % TILE;
      var left = 0.0;
      var right = 0.0;
      if token < params.tokens && r < params.columns { left = x[token * params.columns + r]; }
      if token < params.tokens && c < params.columns { right = y[token * params.columns + c]; }
      row_tile[at] = left;
      column_tile[at] = right;
    }
    workgroupBarrier();
    for (var k = 0u; k < STEP * TILE; k += TILE) {
      let c = k + id.x;
      let factor = vec4f(column_tile[c], column_tile[c + 16u], column_tile[c + 32u], column_tile[c + 48u]);
      let r = k + id.y;
      sums0 += row_tile[r] * factor;
      sums1 += row_tile[r + 16u] * factor;
      sums2 += row_tile[r + 32u] * factor;
      sums3 += row_tile[r + 48u] * factor;
    }
    workgroupBarrier();
  }
  put4(row + id.y, column + id.x, sums0);
  put4(row + id.y + 16u, column + id.x, sums1);
  put4(row + id.y + 32u, column + id.x, sums2);
  put4(row + id.y + 48u, column + id.x, sums3);
}

fn put4(row: u32, column: u32, sums: vec4f) {
  if row >= params.end { return; }
  for (var i = 0u; i < 4u; i++) {
    let c = column + 16u * i;
    if c >= params.columns { continue; }
    let at = (row - params.first) * params.columns + c;
    if params.keep == 0.0 { matrix[at] = params.scale * sums[i]; } else { matrix[at] = params.keep * matrix[at] + params.scale * sums[i]; }
  }
}

// Steps [start, start + size) of a sweep of QuantEase, one thread per row: at step t the column order[t] is set to u =
// ŵ − G / h, where it alone would lie best, G as this sweep's earlier steps left it; to the level nearest to u unless
// `relaxed`. The product holds (Ŵ − W) H from before the sweep, the correction what the steps before the block added.
// weights (Ŵ), product: [rows, columns]; order: [columns]; scales, zeros: [rows, groups]; matrix: rows from `first`
// on of H in order of processing, [columns, stride], 1 on the diagonal of dead columns; correction: [columns, row_stride]; changes: [size,
// row_stride], what was added to Ŵ. start, stride: multiples of 4.
struct Params {
  rows: u32, columns: u32, width: u32, groups: u32, top: f32, start: u32, size: u32, stride: u32, row_stride: u32,
  first: u32, relaxed: u32
}
@group(0) @binding(0) var<storage, read_write> weights: array<f32>;
@group(0) @binding(1) var<storage, read> product: array<f32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> scales: array<f32>;
@group(0) @binding(4) var<storage, read> zeros: array<f32>;
@group(0) @binding(5) var<storage, read> matrix: array<vec4f>;
@group(0) @binding(6) var<storage, read> correction: array<f32>;
@group(0) @binding(7) var<storage, read_write> changes: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES = 16u;
const BLOCK = 32u;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (group.x + group.y * groups.x) * LANES + lane;
  if row >= params.rows { return; }
  // What the block's own steps add to G, four steps to a vector.
  var added: array<vec4f, BLOCK / 4u>;
  for (var k = 0u; k < params.size; k++) {
    let t = params.start + k;
    let column = order[t];
    let at = row * params.columns + column;
    let level = row * params.groups + column / params.width;
    let line = (t - params.first) * (params.stride / 4u) + params.start / 4u;
    let G = product[at] + correction[t * params.row_stride + row] + added[k / 4u][k % 4u];
    let old = weights[at];
    var wanted = old - G / matrix[line + k / 4u][k % 4u];
    if params.relaxed == 0u {
      let scale = scales[level];
      wanted = scale * (exact_code_of(wanted, scale, zeros[level], params.top) - zeros[level]);
    }
    weights[at] = wanted;
    changes[k * params.row_stride + row] = wanted - old;
    for (var p = k / 4u; 4u * p < params.size; p++) { added[p] += (wanted - old) * matrix[line + p]; }
  }
}

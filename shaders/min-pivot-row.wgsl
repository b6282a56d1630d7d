// What of a pivot's row lies in one tile of a symmetric matrix of which the upper triangle is kept: row[j] = A[p, j].
// matrix: rows first … first + tile_rows − 1 of [columns, stride]; order: [columns], p at `place`; panel: [any,
// stride], of which row `step` is written where A's upper triangle has the entry in this tile. One thread per entry.
struct Params { columns: u32, stride: u32, first: u32, tile_rows: u32, place: u32, step: u32 }
@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> panel: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let j = id.x;
  if j >= params.columns { return; }
  let p = order[params.place];
  let i = min(p, j) - params.first;
  if i >= params.tile_rows { return; }
  panel[params.step * params.stride + j] = matrix[i * params.stride + max(p, j)];
}

// The diagonal of H and its inverse, 0 where the diagonal is 0 (dead columns). matrix: rows first …
// first + rows − 1 of [columns, columns]; diagonal: [columns] of (h, 1 / h).
struct Params { columns: u32, first: u32, rows: u32 }
@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read_write> diagonal: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if id.x >= params.rows { return; }
  let j = params.first + id.x;
  let h = matrix[id.x * params.columns + j];
  diagonal[j] = vec2f(h, select(0.0, 1.0 / h, h > 0.0));
}

// Makes a matrix symmetric: what lies below the diagonal becomes the mirror of what lies above it, within rows first …
// first + rows − 1. matrix: these rows of [columns, columns].
struct Params { columns: u32, first: u32, rows: u32 }
@group(0) @binding(0) var<storage, read_write> matrix: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(16, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = params.columns;
  if id.y < params.rows && id.x < id.y {
    matrix[id.y * columns + params.first + id.x] = matrix[id.x * columns + params.first + id.y];
  }
}

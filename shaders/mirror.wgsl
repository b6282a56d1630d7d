// Makes a matrix symmetric: the lower triangle becomes the mirror of the upper one.
// matrix: [columns, columns].
struct Params { columns: u32 }
@group(0) @binding(0) var<storage, read_write> matrix: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(16, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = params.columns;
  if id.y < columns && id.x < id.y {
    matrix[id.y * columns + id.x] = matrix[id.x * columns + id.y];
  }
}

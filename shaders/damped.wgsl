// The matrix that is factorised: A[a, b] = H[p(a), p(b)] with p(a) = order[columns − 1 − a], plus `damping` on the diagonal;
// dead columns get 1 there (they are coupled to nothing). matrix, damped: [columns, columns]; diagonal: [columns] of (h, 1 / h);
// pivots: [columns], the diagonal of A before any elimination.
struct Params { columns: u32, damping: f32 }
@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> diagonal: array<vec2f>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read_write> damped: array<f32>;
@group(0) @binding(4) var<storage, read_write> pivots: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  let columns = params.columns;
  if at >= columns * columns { return; }
  let i = order[columns - 1u - at / columns];
  let j = order[columns - 1u - at % columns];
  var value = matrix[i * columns + j];
  if i == j {
    value = select(1.0, value + params.damping, diagonal[i].x > 0.0);
    pivots[at / columns] = value;
  }
  damped[at] = value;
}

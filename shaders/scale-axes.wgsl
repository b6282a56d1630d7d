// y = diag(left) · x · diag(right). x, y: [rows, columns]; left: [rows]; right: [columns]. A workgroup for a row.
// The two factors are multiplied first, so that a symmetric x with left = right stays exactly symmetric.
struct Params { rows: u32, columns: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> left: array<f32>;
@group(0) @binding(2) var<storage, read> right: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

override LANES = 64u;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.x + group.y * groups.x;
  if row >= params.rows { return; }
  let start = row * params.columns;
  let factor = left[row];
  for (var j = lane; j < params.columns; j += LANES) {
    y[start + j] = x[start + j] * (factor * right[j]);
  }
}

// loss[row] = Σ_j E[row, j] · G[row, j], the row's objective e H eᵀ where G = E·H. residual,
// product: [rows, columns]. One thread per row.
struct Params { rows: u32, columns: u32 }
@group(0) @binding(0) var<storage, read> residual: array<f32>;
@group(0) @binding(1) var<storage, read> product: array<f32>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(16)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (group.x + group.y * groups.x) * 16u + lane;
  if row >= params.rows { return; }
  // Sums of 32 terms, then their sum: the error grows like the square root of the columns, not like the columns.
  var sum = 0.0;
  for (var start = 0u; start < params.columns; start += 32u) {
    var part = 0.0;
    for (var j = start; j < min(start + 32u, params.columns); j++) {
      part += residual[row * params.columns + j] * product[row * params.columns + j];
    }
    sum += part;
  }
  loss[row] = sum;
}

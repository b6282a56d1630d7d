// Sums of H over the columns of each group: sums[j, g] = Σ_{i in g} H[j, i]. hessian: rows first … first + rows −
// 1 of [columns, columns]; sums: [columns, groups]. One thread per sum.
struct Params { columns: u32, width: u32, groups: u32, first: u32, rows: u32 }
@group(0) @binding(0) var<storage, read> hessian: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  if at >= params.rows * params.groups { return; }
  let row = (at / params.groups) * params.columns;
  let start = (at % params.groups) * params.width;
  var sum = 0.0;
  for (var i = start; i < min(start + params.width, params.columns); i++) { sum += hessian[row + i]; }
  sums[params.first * params.groups + at] = sum;
}

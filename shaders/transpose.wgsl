// y = xᵀ for a part of a matrix. x: [columns, span], of which rows from `row` on are turned; y: [rows, stride], filled
// in columns from `column` on.
struct Params { rows: u32, columns: u32, span: u32, row: u32, stride: u32, column: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64u * (group.x + group.y * groups.x) + lane;
  if at >= params.rows * params.columns { return; }
  let i = at / params.columns;
  let j = at % params.columns;
  y[i * params.stride + params.column + j] = x[j * params.span + params.row + i];
}

// E of the nearest levels at factors first … first + count − 1, for `columns_done` columns from `start` on:
// residual[k, row, j] = ŵ − w of column start + j, 0 for columns_done <= j < span.
// weights: [rows, columns]; scales (unrounded), zeros: [rows, groups]; factors: as many as there are; residual:
// [count, rows, span], span a multiple of 4. One thread for four columns.
struct Params {
  rows: u32, columns: u32, width: u32, groups: u32, start: u32, columns_done: u32, span: u32, first: u32, count: u32,
  top: f32, half_precision: u32
}
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> scales: array<f32>;
@group(0) @binding(2) var<storage, read> zeros: array<f32>;
@group(0) @binding(3) var<storage, read> factors: array<f32>;
@group(0) @binding(4) var<storage, read_write> residual: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

fn error_at(row: u32, j: u32, factor: f32) -> f32 {
  if j >= params.columns_done { return 0.0; }
  let column = params.start + j;
  let level = row * params.groups + column / params.width;
  let w = weights[row * params.columns + column];
  let zero = zeros[level];
  let scale = stored_scale(scales[level] * factor, params.half_precision);
  return scale * (code_of(w, scale, zero, params.top) - zero) - w;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  let fours = params.span / 4u;
  if at >= params.count * params.rows * fours { return; }
  let j = 4u * (at % fours);
  let row = (at / fours) % params.rows;
  let factor = factors[params.first + at / (fours * params.rows)];
  residual[at] = vec4f(
    error_at(row, j, factor), error_at(row, j + 1u, factor), error_at(row, j + 2u, factor), error_at(row, j + 3u, factor));
}

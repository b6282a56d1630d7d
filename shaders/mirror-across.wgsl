// The part of a symmetric matrix below the diagonal whose mirror lies in another tile of its rows. upper: rows
// upper_first … upper_first + upper_rows − 1 of [columns, columns]; matrix: rows first … first + rows − 1, all behind them.
struct Params { columns: u32, first: u32, rows: u32, upper_first: u32, upper_rows: u32 }
@group(0) @binding(0) var<storage, read> upper: array<f32>;
@group(0) @binding(1) var<storage, read_write> matrix: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(16, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = params.columns;
  if id.y < params.rows && id.x < params.upper_rows {
    matrix[id.y * columns + params.upper_first + id.x] = upper[id.x * columns + params.first + id.y];
  }
}

// power[j] = Σ_i x[i, j]². x: [rows, columns]. One thread per column: neighbours read neighbouring words.
struct Params { rows: u32, columns: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> power: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let j = id.x;
  if j >= params.columns { return; }
  // Sums of 32 terms, then their sum: the error grows like the square root of the rows.
  var sum = 0.0;
  for (var start = 0u; start < params.rows; start += 32u) {
    var part = 0.0;
    for (var i = start; i < min(start + 32u, params.rows); i++) {
      part += x[i * params.columns + j] * x[i * params.columns + j];
    }
    sum += part;
  }
  power[j] = sum;
}

// y = (x − mean) / sqrt(variance + epsilon) · weight + bias, or added to y (Ba et al. 2016). The variance is the mean
// square of what is left without the mean. x, y: [rows, columns]; weight, bias: [period, columns], row r takes row
// r mod period of them. LANES invocations share a row, TOKENS rows a workgroup.
struct Params { rows: u32, columns: u32, period: u32, epsilon: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

override LANES = 64u;
override TOKENS = 1u;
override ACCUMULATE = false;
var<workgroup> partial: array<f32, LANES * TOKENS>;

// Σ of every lane's part, in all lanes of the row.
fn together(part: f32, id: vec3u) -> f32 {
  if LANES == 1u { return part; }
  let first = id.y * LANES;
  partial[first + id.x] = part;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if id.x < half { partial[first + id.x] += partial[first + id.x + half]; }
    workgroupBarrier();
  }
  let sum = partial[first];
  workgroupBarrier();
  return sum;
}

@compute @workgroup_size(LANES, TOKENS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let row = (group.x + group.y * groups.x) * TOKENS + id.y;
  let start = row * params.columns;
  let end = select(0u, params.columns, row < params.rows);
  var sum = 0.0;
  for (var j = id.x; j < end; j += LANES) { sum += x[start + j]; }
  let mean = together(sum, id) / f32(params.columns);
  var squares = 0.0;
  for (var j = id.x; j < end; j += LANES) {
    let rest = x[start + j] - mean;
    squares += rest * rest;
  }
  let scale = inverseSqrt(together(squares, id) / f32(params.columns) + params.epsilon);
  let at = row % params.period * params.columns;
  for (var j = id.x; j < end; j += LANES) {
    var value = (x[start + j] - mean) * scale * weight[at + j] + bias[at + j];
    if ACCUMULATE { value += y[start + j]; }
    y[start + j] = value;
  }
}

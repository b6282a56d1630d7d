// y = x / sqrt(mean(x²) + epsilon) · weight, one token per workgroup (Zhang & Sennrich 2019, as in Llama).
// x, y: [tokens, columns]; weight: [columns].
struct Params { tokens: u32, columns: u32, epsilon: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 64u;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let token = group.x + group.y * groups.x;
  if token >= params.tokens { return; }
  let start = token * params.columns;
  var sum = 0.0;
  for (var j = lane; j < params.columns; j += LANES) {
    sum += x[start + j] * x[start + j];
  }
  partial[lane] = sum;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if lane < half { partial[lane] += partial[lane + half]; }
    workgroupBarrier();
  }
  let scale = inverseSqrt(partial[0] / f32(params.columns) + params.epsilon);
  for (var j = lane; j < params.columns; j += LANES) {
    y[start + j] = x[start + j] * scale * weight[j];
  }
}

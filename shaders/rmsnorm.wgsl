// y = x / sqrt(mean(x²) + epsilon) · weight, or added to y (Zhang & Sennrich 2019, as in Llama).
// x, y: [tokens, columns]; weight: [columns]. LANES invocations share a token, TOKENS tokens a workgroup.
struct Params { tokens: u32, columns: u32, epsilon: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 64u;
override TOKENS = 1u;
override ACCUMULATE = false;
var<workgroup> partial: array<f32, LANES * TOKENS>;

@compute @workgroup_size(LANES, TOKENS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let token = (group.x + group.y * groups.x) * TOKENS + id.y;
  let here = token < params.tokens;
  let start = token * params.columns;
  let end = select(0u, params.columns, here);
  var sum = 0.0;
  for (var j = id.x; j < end; j += LANES) {
    sum += x[start + j] * x[start + j];
  }
  if LANES > 1u {
    let first = id.y * LANES;
    partial[first + id.x] = sum;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if id.x < half { partial[first + id.x] += partial[first + id.x + half]; }
      workgroupBarrier();
    }
    sum = partial[first];
  }
  let scale = inverseSqrt(sum / f32(params.columns) + params.epsilon);
  for (var j = id.x; j < end; j += LANES) {
    var value = x[start + j] * scale * weight[j];
    if ACCUMULATE { value += y[start + j]; }
    y[start + j] = value;
  }
}

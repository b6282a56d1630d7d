// One group's turn in coordinate descent over the groups' factors: every row takes the factor with the smallest
// e_k H_kk e_kᵀ + 2 e_k · c, where c is what the other groups' errors put on this one; strict improvements only.
// weights: [rows, columns]; scales (unrounded), zeros, choices: [rows, groups]; factors: [count], a multiple of 4;
// errors: [rows, groups, count] of e_k H_kk e_kᵀ; linear: [rows, height] of c; residual: [rows, span], E of the factors
// chosen so far. One thread per row.
struct Params {
  rows: u32, columns: u32, width: u32, groups: u32, group: u32, height: u32, span: u32, count: u32, top: f32,
  half_precision: u32
}
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> scales: array<f32>;
@group(0) @binding(2) var<storage, read> zeros: array<f32>;
@group(0) @binding(3) var<storage, read> factors: array<vec4f>;
@group(0) @binding(4) var<storage, read> errors: array<vec4f>;
@group(0) @binding(5) var<storage, read> linear: array<f32>;
@group(0) @binding(6) var<storage, read_write> residual: array<f32>;
@group(0) @binding(7) var<storage, read_write> choices: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

fn stored(scale: vec4f) -> vec4f {
  let half = params.half_precision;
  return vec4f(
    stored_scale(scale.x, half), stored_scale(scale.y, half), stored_scale(scale.z, half), stored_scale(scale.w, half));
}

// Both neighbours of a tie are as far away, but not as good.
fn errors_of(w: f32, scale: vec4f, zero: f32) -> vec4f {
  let top = params.top;
  let code = vec4f(
    code_of(w, scale.x, zero, top), code_of(w, scale.y, zero, top),
    code_of(w, scale.z, zero, top), code_of(w, scale.w, zero, top));
  return scale * (code - zero) - w;
}

@compute @workgroup_size(16)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (group.x + group.y * groups.x) * 16u + lane;
  if row >= params.rows { return; }
  let level = row * params.groups + params.group;
  let start = params.group * params.width;
  let count = min(params.width, params.columns - start);
  let place = row * params.columns + start;
  let zero = zeros[level];
  let fours = params.count / 4u;
  let now = choices[level];
  var best = 0u;
  var smallest = 0.0;
  var current = 0.0;
  for (var four = 0u; four < fours; four++) {
    let scale = stored(scales[level] * factors[four]);
    var sum = vec4f();
    for (var first = 0u; first < count; first += 32u) {
      var part = vec4f();
      for (var j = first; j < min(first + 32u, count); j++) {
        part += linear[row * params.height + j] * errors_of(weights[place + j], scale, zero);
      }
      sum += part;
    }
    let total = errors[level * fours + four] + 2.0 * sum;
    for (var i = 0u; i < 4u; i++) {
      let k = 4u * four + i;
      if k == 0u || total[i] < smallest {
        smallest = total[i];
        best = k;
      }
      if k == now { current = total[i]; }
    }
  }
  if !(smallest < current) { return; }
  choices[level] = best;
  let scale = stored(scales[level] * factors[best / 4u])[best % 4u];
  for (var j = 0u; j < count; j++) {
    let w = weights[place + j];
    residual[row * params.span + start + j] = scale * (code_of(w, scale, zero, params.top) - zero) - w;
  }
}

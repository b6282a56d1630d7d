// errors[row, group, k] = Σ_j h_j (ŵ_j − w_j)², ŵ_j the nearest level when the group's min-max scale is multiplied by factor k = 1 − k / 50.
// weights: [rows, columns]; diagonal: [columns] of (h, 1 / h); scales (unrounded), zeros: [rows, groups]; errors: [rows, groups, factors].
// One thread per error; neighbours differ in the factor and so read the same weights.
struct Params { rows: u32, columns: u32, width: u32, groups: u32, factors: u32, top: f32, half_precision: u32 }
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> diagonal: array<vec2f>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read> zeros: array<f32>;
@group(0) @binding(4) var<storage, read_write> errors: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  if at >= params.rows * params.groups * params.factors { return; }
  let level = at / params.factors;
  let scale = stored_scale(scales[level] * divide(50.0 - f32(at % params.factors), 50.0), params.half_precision);
  let zero = zeros[level];
  let row = (level / params.groups) * params.columns;
  let start = (level % params.groups) * params.width;
  let end = min(start + params.width, params.columns);
  // Between two levels both errors are equal, so that the device's own division will do. Sums of 32 terms keep the sum exact enough
  // to tell neighbouring factors apart.
  var sum = 0.0;
  for (var first = start; first < end; first += 32u) {
    var part = 0.0;
    for (var j = first; j < min(first + 32u, end); j++) {
      let w = weights[row + j];
      let error = scale * (clamp(round(w / scale) + zero, 0.0, params.top) - zero) - w;
      part += diagonal[j].x * error * error;
    }
    sum += part;
  }
  errors[at] = sum;
}

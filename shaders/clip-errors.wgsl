// errors[row, group, k] = Σ_j h_j (ŵ_j − w_j)², ŵ_j the nearest level when the group's min-max scale is multiplied by
// factor k.
// weights: [rows, columns]; diagonal: [columns] of (h, 1 / h); scales (unrounded), zeros: [rows, groups]; factors:
// [count], a multiple of 4; errors: [rows, groups, count]. One thread for four factors of a group; neighbours differ in
// the factors and so read the same weights.
struct Params { rows: u32, columns: u32, width: u32, groups: u32, count: u32, top: f32, half_precision: u32 }
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> diagonal: array<vec2f>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read> zeros: array<f32>;
@group(0) @binding(4) var<storage, read> factors: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> errors: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

override LANES = 64u;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * LANES + lane;
  let fours = params.count / 4u;
  if at >= params.rows * params.groups * fours { return; }
  let level = at / fours;
  let full = scales[level] * factors[at % fours];
  let half = params.half_precision;
  let scale =
    vec4f(stored_scale(full.x, half), stored_scale(full.y, half), stored_scale(full.z, half), stored_scale(full.w, half));
  let inverse = 1.0 / scale;
  let low = vec4f(-zeros[level]);
  let high = vec4f(params.top) + low;
  let row = (level / params.groups) * params.columns;
  let start = (level % params.groups) * params.width;
  let end = min(start + params.width, params.columns);
  // Between two levels both errors are equal, so that a quotient that is off by its last place will do. Sums of 32
  // terms keep the sum exact enough to tell neighbouring factors apart.
  var sum = vec4f();
  for (var first = start; first < end; first += 32u) {
    var part = vec4f();
    for (var j = first; j < min(first + 32u, end); j++) {
      let w = weights[row + j];
      let error = scale * clamp(round(w * inverse), low, high) - w;
      part += diagonal[j].x * error * error;
    }
    sum += part;
  }
  errors[at] = sum;
}

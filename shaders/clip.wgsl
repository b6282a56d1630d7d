// Multiplies every group's scale by the factor with the smallest error; the larger factor on ties (see clip-errors).
// errors: [rows, groups, factors]; scales: [rows, groups], unrounded in, stored out. One thread per group.
struct Params { levels: u32, factors: u32, half_precision: u32 }
@group(0) @binding(0) var<storage, read> errors: array<f32>;
@group(0) @binding(1) var<storage, read_write> scales: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let level = (group.x + group.y * groups.x) * 64u + lane;
  if level >= params.levels { return; }
  var best = 0u;
  for (var k = 1u; k < params.factors; k++) {
    if errors[level * params.factors + k] < errors[level * params.factors + best] { best = k; }
  }
  scales[level] = stored_scale(scales[level] * divide(50.0 - f32(best), 50.0), params.half_precision);
}

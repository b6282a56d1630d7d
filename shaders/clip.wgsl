// Multiplies every group's scale by its chosen factor: scales[level] = stored(scales[level] · factors[choices[level]]).
// choices, scales: [levels], scales unrounded in, stored out. One thread per group.
struct Params { levels: u32, half_precision: u32 }
@group(0) @binding(0) var<storage, read> factors: array<f32>;
@group(0) @binding(1) var<storage, read> choices: array<u32>;
@group(0) @binding(2) var<storage, read_write> scales: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let level = (group.x + group.y * groups.x) * 64u + lane;
  if level >= params.levels { return; }
  scales[level] = stored_scale(scales[level] * factors[choices[level]], params.half_precision);
}

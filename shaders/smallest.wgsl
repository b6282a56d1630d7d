// choices[level] = the place of the smallest of its errors, the first on ties. errors: [levels, count]. One thread per
// level.
struct Params { levels: u32, count: u32 }
@group(0) @binding(0) var<storage, read> errors: array<f32>;
@group(0) @binding(1) var<storage, read_write> choices: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let level = (group.x + group.y * groups.x) * 64u + lane;
  if level >= params.levels { return; }
  let start = level * params.count;
  var best = 0u;
  for (var k = 1u; k < params.count; k++) {
    if errors[start + k] < errors[start + best] { best = k; }
  }
  choices[level] = best;
}

// result = left + factor · right. left, right, result: [elements].
struct Params { elements: u32, factor: f32 }
@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(1) var<storage, read> right: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = 64u * (group.x + group.y * groups.x) + lane;
  if at >= params.elements { return; }
  result[at] = left[at] + params.factor * right[at];
}

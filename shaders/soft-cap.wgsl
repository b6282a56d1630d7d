// x ← cap · tanh(x / cap) in place (Gemma 2). x: [elements].
struct Params { elements: u32, cap: f32 }
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64u * (group.x + group.y * groups.x) + lane;
  if at >= params.elements { return; }
  // Beyond 20 tanh is 1 in float32, and e^x need not overflow to say so.
  x[at] = params.cap - 2.0 * params.cap / (exp(2.0 * clamp(x[at] / params.cap, -20.0, 20.0)) + 1.0);
}

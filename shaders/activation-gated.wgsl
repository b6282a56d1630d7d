// gate ← activation(gate) · up (Shazeer 2020; with silu as in Llama). In place. Needs shared/activations.wgsl.
// gate, up: [elements].
struct Params { elements: u32 }
@group(0) @binding(0) var<storage, read> up: array<f32>;
@group(0) @binding(1) var<storage, read_write> gate: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64u * (group.x + group.y * groups.x) + lane;
  if at >= params.elements { return; }
  gate[at] = activation(gate[at]) * up[at];
}

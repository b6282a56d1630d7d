// codes = clamp(round(w / scale) + zero, 0, top). weights, codes: [rows, columns]; scales, zeros: [rows, groups].
struct Params { rows: u32, columns: u32, width: u32, groups: u32, top: f32 }
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> scales: array<f32>;
@group(0) @binding(2) var<storage, read> zeros: array<f32>;
@group(0) @binding(3) var<storage, read_write> codes: array<u32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  if at >= params.rows * params.columns { return; }
  let level = (at / params.columns) * params.groups + (at % params.columns) / params.width;
  codes[at] = u32(code_of(weights[at], scales[level], zeros[level], params.top));
}

// y[token] += table[offset + position], learned positions. y: [tokens, columns]; table: [offset + window or more, columns].
// Positions begin at `first` and start again at 0 in every window.
struct Params { tokens: u32, columns: u32, window: u32, first: u32, offset: u32 }
@group(0) @binding(0) var<storage, read> table: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64u * (group.x + group.y * groups.x) + lane;
  let token = at / params.columns;
  if token >= params.tokens { return; }
  let row = params.offset + (params.first + token) % params.window;
  y[at] += table[row * params.columns + at % params.columns];
}

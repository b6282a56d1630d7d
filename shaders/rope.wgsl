// Rotary position embedding in place, halves rotated (RoFormer, Su et al. 2021; the pairing of Llama's Hugging Face weights):
// (a, b) = (x[i], x[i + half]) becomes (a cos − b sin, b cos + a sin) with the angle of the token's position and of i.
// x: [tokens, heads, width], of which the first 2 · half numbers of a head turn; cosines, sines: [window, half]. Positions begin at `first` and start again at 0 in every window.
struct Params { tokens: u32, heads: u32, half: u32, width: u32, window: u32, first: u32 }
@group(0) @binding(0) var<storage, read> cosines: array<f32>;
@group(0) @binding(1) var<storage, read> sines: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pair = 64u * (group.x + group.y * groups.x) + lane;
  let half = params.half;
  let i = pair % half;
  let head = pair / half;
  let token = head / params.heads;
  if token >= params.tokens { return; }
  let angle = ((params.first + token) % params.window) * half + i;
  let at = head * params.width + i;
  let a = x[at];
  let b = x[at + half];
  x[at] = a * cosines[angle] - b * sines[angle];
  x[at + half] = b * cosines[angle] + a * sines[angle];
}

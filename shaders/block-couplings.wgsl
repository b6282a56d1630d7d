// How strongly the two columns of a pair are coupled: H_ij² / (h_i h_j) with the sign of H_ij; 0 for a column alone and
// for dead ones. hessian: [columns, columns]; diagonal: [columns] of (h, 1 / h); pairs, couplings: [count], a pair as
// i + 65536 j.
struct Params { columns: u32, count: u32 }
@group(0) @binding(0) var<storage, read> hessian: array<f32>;
@group(0) @binding(1) var<storage, read> diagonal: array<vec2f>;
@group(0) @binding(2) var<storage, read> pairs: array<u32>;
@group(0) @binding(3) var<storage, read_write> couplings: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  if at >= params.count { return; }
  let i = pairs[at] & 0xffffu;
  let j = pairs[at] >> 16u;
  let H = hessian[i * params.columns + j];
  let squared = (H * diagonal[i].y) * (H * diagonal[j].y);
  couplings[at] = select(select(squared, -squared, H < 0.0), 0.0, i == j);
}

// What block descent looks up of H: its diagonal, and of every pair of columns how strongly they are coupled, H_ij² /
// (h_i h_j) with the sign of H_ij (0 for a column alone and for dead ones), and H_ij itself.
// hessian: rows first … first + tile_rows − 1 of [columns, columns]; diagonal: [columns] of (h, 1 / h); pairs: [count],
// `words` to a partition, a pair as i + 65536 j; couplings: [columns] of h, in whole fours, then [count / words, 2,
// words], of pairs whose row i is in this tile.
struct Params { columns: u32, count: u32, words: u32, first: u32, tile_rows: u32 }
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
  if at < params.columns { couplings[at] = diagonal[at].x; }
  if at >= params.count { return; }
  let i = pairs[at] & 0xffffu;
  let j = pairs[at] >> 16u;
  if i - params.first >= params.tile_rows { return; }
  let H = hessian[(i - params.first) * params.columns + j];
  let squared = (H * diagonal[i].y) * (H * diagonal[j].y);
  let to = 4u * ((params.columns + 3u) / 4u) + at + at / params.words * params.words;
  couplings[to] = select(select(squared, -squared, H < 0.0), 0.0, i == j);
  couplings[to + params.words] = H;
}

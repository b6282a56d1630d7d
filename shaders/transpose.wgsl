// transposed[j, i] = words[i, j]; words: [rows, columns], any 4-byte type.
struct Params { rows: u32, columns: u32 }
@group(0) @binding(0) var<storage, read> words: array<u32>;
@group(0) @binding(1) var<storage, read_write> transposed: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  if at >= params.rows * params.columns { return; }
  transposed[at] = words[(at % params.rows) * params.columns + at / params.rows];
}

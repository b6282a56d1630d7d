// y[token] = scale · table[ids[token]], for the ids whose row is in this part of the table; other tokens are left alone.
// ids: [tokens]; table: rows first … first + rows − 1 of the embedding, [rows, columns]; y: [tokens, columns].
struct Params { tokens: u32, first: u32, rows: u32, columns: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64u * (group.x + group.y * groups.x) + lane;
  let token = at / params.columns;
  if token >= params.tokens { return; }
  // An id below `first` wraps round to a number that no part has.
  let row = ids[token] - params.first;
  if row < params.rows {
    y[at] = params.scale * table[row * params.columns + at % params.columns];
  }
}

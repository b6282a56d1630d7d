// Rows start … start + count − 1 of H, columns from `first` on: block[i, j] = H[start + i, first + j], 0 outside H and,
// with `hole`, 0 for the block's own columns start … start + count − 1.
// matrix: rows source … source + source_rows − 1 of [columns, columns]; block: `height` rows of [any, span] from row
// `line` on, count <= any; what lies in other rows of H is left as it is. One thread per entry.
struct Params {
  columns: u32, start: u32, count: u32, first: u32, last: u32, height: u32, span: u32, hole: u32,
  source: u32, source_rows: u32, line: u32
}
@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read_write> block: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  if at >= params.height * params.span { return; }
  let i = params.line + at / params.span;
  let row = params.start + i;
  if i < params.count && (row < params.source || row >= params.source + params.source_rows) { return; }
  let j = params.first + at % params.span;
  let own = params.hole == 1u && j >= params.start && j < params.start + params.count;
  if i >= params.count || j >= params.last || own {
    block[at] = 0.0;
    return;
  }
  block[at] = matrix[(row - params.source) * params.columns + j];
}

// What coordinate descent works on: columns of a matrix in their places, each divided by its h: scaled[i, t] =
// matrix[i, order[t]] / h of order[t], and one row more with h itself; 0 for dead columns and for empty places. With
// `ordered` its rows are in their places, too: scaled[s, t] = matrix[order[s], order[t]] / h.
// matrix: rows source … source + source_rows − 1 of [any, columns]; diagonal: [columns] of (h, 1 / h); order: [stride],
// NONE where a place is empty; scaled: rows first … first + rows − 1 of [any, stride] and one more, four to a word, of
// which those are written that come from these rows.
struct Params { rows: u32, columns: u32, stride: u32, first: u32, source: u32, source_rows: u32, ordered: u32 }
@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> diagonal: array<vec2f>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read_write> scaled: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

const NONE = 0xffffffffu;

// Of a row of the source; NONE for h itself.
fn entry(row: u32, t: u32) -> f32 {
  let place = order[t];
  let j = min(place, params.columns - 1u);
  let h = diagonal[j];
  let value = matrix[min(row, params.source_rows - 1u) * params.columns + j];
  return select(0.0, select(h.x, value * h.y, row != NONE), place != NONE);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  let words = params.stride / 4u;
  if at >= (params.rows + 1u) * words { return; }
  let line = at / words;
  var row = params.first + line;
  if params.ordered == 1u { row = order[min(row, params.stride - 1u)]; }
  row -= params.source;
  if line == params.rows { row = NONE; } else if row >= params.source_rows { return; }
  let t = at % words * 4u;
  scaled[at] = vec4f(entry(row, t), entry(row, t + 1u), entry(row, t + 2u), entry(row, t + 3u));
}

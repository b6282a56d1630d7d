// The linear feedback of LDLQ from the factor A = RᵀR of `damped`: M[s, t] = R[f, g] / R[f, f] for s < t, f = columns −
// 1 − t, g = columns − 1 − s, so that step t rounds w + Σ_s (w − ŵ)_s M[s, t]. The diagonal holds 1, or 0 where the
// column is dead; below it 0.
// factor: rows source … source + source_rows − 1 of [columns, stride]; feedback: rows from `first` on of [columns,
// stride], of which the columns are written that come from these rows; diagonal: [columns] of (h, 1 / h); order:
// [columns]. One workgroup per row of M.
struct Params { columns: u32, stride: u32, first: u32, source: u32, source_rows: u32 }
@group(0) @binding(0) var<storage, read> factor: array<f32>;
@group(0) @binding(1) var<storage, read> diagonal: array<vec2f>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read_write> feedback: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

// Few where every invocation has its price, as on a software adapter.
override LANES = 64u;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let s = params.first + group.x;
  let last = params.columns - 1u;
  for (var t = lane; t < params.columns; t += LANES) {
    if last - t < params.source || last - t >= params.source + params.source_rows { continue; }
    let f = (last - t - params.source) * params.stride;
    var value = 0.0;
    if s < t { value = factor[f + last - s] / factor[f + last - t]; }
    if s == t { value = select(0.0, 1.0, diagonal[order[t]].x > 0.0); }
    feedback[group.x * params.stride + t] = value;
  }
}

// The matrix that is factorised: A[a, b] = H[p(a), p(b)] with p(a) = order[columns − 1 − a], plus `damping` on the
// diagonal; dead columns get 1 there (they are coupled to nothing). matrix: rows
// source … source + source_rows − 1 of [columns, columns]; damped: rows from `first` on of [columns, stride], of which
// those are written that come from these rows; diagonal: [columns] of (h, 1 / h); pivots: [columns], the diagonal of A
// before any elimination. One workgroup per row.
struct Params { columns: u32, stride: u32, first: u32, source: u32, source_rows: u32, damping: f32 }
@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> diagonal: array<vec2f>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read_write> damped: array<f32>;
@group(0) @binding(4) var<storage, read_write> pivots: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

// Few where every invocation has its price, as on a software adapter.
override LANES = 64u;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let a = params.first + group.x;
  let last = params.columns - 1u;
  let i = order[last - a];
  if i < params.source || i >= params.source + params.source_rows { return; }
  for (var b = lane; b < params.columns; b += LANES) {
    var value = matrix[(i - params.source) * params.columns + order[last - b]];
    if a == b {
      value = select(1.0, value + params.damping, diagonal[i].x > 0.0);
      pivots[a] = value;
    }
    damped[group.x * params.stride + b] = value;
  }
}

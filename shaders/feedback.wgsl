// The linear feedback of LDLQ from the factor A = RᵀR of `damped`: M[s, t] = R[f, g] / R[f, f] for s < t, f = columns − 1 − t,
// g = columns − 1 − s, so that step t rounds w + Σ_s (w − ŵ)_s M[s, t]. The diagonal holds 1, or 0 where the column is dead; below it 0.
// factor, feedback: [columns, columns]; diagonal: [columns] of (h, 1 / h); order: [columns].
struct Params { columns: u32 }
@group(0) @binding(0) var<storage, read> factor: array<f32>;
@group(0) @binding(1) var<storage, read> diagonal: array<vec2f>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read_write> feedback: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  let columns = params.columns;
  if at >= columns * columns { return; }
  let s = at / columns;
  let t = at % columns;
  let f = (columns - 1u - t) * columns;
  var value = 0.0;
  if s < t { value = factor[f + columns - 1u - s] / factor[f + columns - 1u - t]; }
  if s == t { value = select(0.0, 1.0, diagonal[order[t]].x > 0.0); }
  feedback[at] = value;
}

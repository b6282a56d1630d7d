// Sums over parts of 64 rows of every step of a descent: sums[before + step, part] = Σ (change, moves).
// gains: [steps, rows]; sums: [before + steps, parts].
struct Params { steps: u32, rows: u32, parts: u32, before: u32 }
@group(0) @binding(0) var<storage, read> gains: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> sums: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  if at >= params.steps * params.parts { return; }
  let row = (at / params.steps) * 64u;
  let step = at % params.steps;
  var sum = vec2f(0.0, 0.0);
  for (var i = row; i < min(row + 64u, params.rows); i++) { sum += gains[step * params.rows + i]; }
  sums[(params.before + step) * params.parts + at / params.steps] = sum;
}

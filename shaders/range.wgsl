// How far the weights of every row and group reach below and above 0: ranges[row, g] = (max(0, −min w), max(0, max w)).
// weights: [rows, columns]; ranges: [rows, groups]. LANES invocations share a group, TOKENS groups a workgroup.
struct Params { rows: u32, columns: u32, width: u32, groups: u32 }
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> ranges: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

override LANES = 64u;
override TOKENS = 1u;
var<workgroup> partial: array<vec2f, LANES * TOKENS>;

@compute @workgroup_size(LANES, TOKENS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let at = (group.x + group.y * groups.x) * TOKENS + id.y;
  let here = at < params.rows * params.groups;
  let row = (at / params.groups) * params.columns;
  let start = (at % params.groups) * params.width;
  let end = select(0u, min(start + params.width, params.columns), here);
  var reach = vec2f();
  for (var j = start + id.x; j < end; j += LANES) {
    let w = weights[row + j];
    reach = max(reach, vec2f(-w, w));
  }
  if LANES > 1u {
    let first = id.y * LANES;
    partial[first + id.x] = reach;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if id.x < half { partial[first + id.x] = max(partial[first + id.x], partial[first + id.x + half]); }
      workgroupBarrier();
    }
    reach = partial[first];
  }
  if here && id.x == 0u { ranges[at] = reach; }
}

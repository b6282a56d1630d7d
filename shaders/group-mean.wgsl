// means[row, g] = mean over the group's columns of (w − centers[row, g])^power, power 1 or 2.
// weights: [rows, columns]; centers, means: [rows, groups]. LANES invocations share a group, TOKENS groups a workgroup.
struct Params { rows: u32, columns: u32, width: u32, groups: u32, power: u32 }
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> centers: array<f32>;
@group(0) @binding(2) var<storage, read_write> means: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 64u;
override TOKENS = 1u;
var<workgroup> partial: array<f32, LANES * TOKENS>;

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
  let center = centers[min(at, params.rows * params.groups - 1u)];
  // Sums of 32 terms, then their sum: the error grows like the square root of the columns, not like the columns.
  var sum = 0.0;
  for (var first = start + id.x; first < end; first += 32u * LANES) {
    var part = 0.0;
    for (var j = first; j < min(first + 32u * LANES, end); j += LANES) {
      let difference = weights[row + j] - center;
      part += select(difference, difference * difference, params.power == 2u);
    }
    sum += part;
  }
  if LANES > 1u {
    let first = id.y * LANES;
    partial[first + id.x] = sum;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if id.x < half { partial[first + id.x] += partial[first + id.x + half]; }
      workgroupBarrier();
    }
    sum = partial[first];
  }
  if here && id.x == 0u { means[at] = sum / f32(end - start); }
}

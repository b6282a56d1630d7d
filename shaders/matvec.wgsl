// y = W x, or y += W x, for a single token: the shape of generation, where every weight is read once and used once.
// x: [columns]; weights: [rows, columns]; y: from `first` on. LANES invocations share a row, ROWS rows a workgroup.
struct Params { rows: u32, columns: u32, first: u32, accumulate: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 64u;
override ROWS = 4u;
var<workgroup> partial: array<f32, LANES * ROWS>;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let row = (group.x + group.y * groups.x) * ROWS + id.y;
  let here = row < params.rows;
  let start = select(0u, row, here) * params.columns;
  let columns = params.columns;
  // Four sums, so that one addition need not wait for the last.
  var sums = vec4f();
  var j = id.x;
  for (; j + 3u * LANES < columns; j += 4u * LANES) {
    let k = vec4u(j, j + LANES, j + 2u * LANES, j + 3u * LANES);
    let at = start + k;
    sums += vec4f(weights[at.x], weights[at.y], weights[at.z], weights[at.w]) * vec4f(x[k.x], x[k.y], x[k.z], x[k.w]);
  }
  for (; j < columns; j += LANES) {
    sums.x += weights[start + j] * x[j];
  }
  var sum = (sums.x + sums.y) + (sums.z + sums.w);
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
  if here && id.x == 0u {
    let at = params.first + row;
    if params.accumulate == 1u { sum += y[at]; }
    y[at] = sum;
  }
}

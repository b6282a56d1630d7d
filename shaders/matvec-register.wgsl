// y = W x, or y += W x, for a single token: four rows per invocation, held in registers; no barriers.
// x: [columns]; weights: [rows, columns], columns a multiple of 4; y: from `first` on.
struct Params { rows: u32, columns: u32, first: u32, accumulate: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 16u;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let rows = params.rows;
  let row = 4u * (LANES * (group.x + group.y * groups.x) + lane);
  if row >= rows { return; }
  // Past the edge the last row is read again; what it gives is not written.
  let steps = params.columns / 4u;
  let last = rows - 1u;
  let w0 = row * steps;
  let w1 = min(row + 1u, last) * steps;
  let w2 = min(row + 2u, last) * steps;
  let w3 = min(row + 3u, last) * steps;
  var sums = vec4f();
  var step = 0u;
  loop {
    sums += x[step] * mat4x4f(weights[w0 + step], weights[w1 + step], weights[w2 + step], weights[w3 + step]);
    continuing {
      step++;
      break if step >= steps;
    }
  }
  for (var i = 0u; i < min(4u, rows - row); i++) {
    var sum = sums[i];
    let at = params.first + row + i;
    if params.accumulate == 1u { sum += y[at]; }
    y[at] = sum;
  }
}

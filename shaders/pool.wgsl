// Every row gets what all rows have together: values[row, i] = mean (or largest) of values[·, i], in place.
// values: [rows, width]. One workgroup per i.
struct Params { rows: u32, width: u32, largest: u32 }
@group(0) @binding(0) var<storage, read_write> values: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

override LANES = 64u;
var<workgroup> partial: array<f32, LANES>;

fn both(a: f32, b: f32) -> f32 { return select(a + b, max(a, b), params.largest == 1u); }

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = group.x;
  // Parts of 32 rows, then the parts: the error of a sum grows like the square root of the rows, not like the rows.
  var pooled = select(0.0, values[i], params.largest == 1u);
  for (var first = lane; first < params.rows; first += 32u * LANES) {
    var part = values[first * params.width + i];
    for (var row = first + LANES; row < min(first + 32u * LANES, params.rows); row += LANES) {
      part = both(part, values[row * params.width + i]);
    }
    pooled = both(pooled, part);
  }
  partial[lane] = pooled;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if lane < half { partial[lane] = both(partial[lane], partial[lane + half]); }
    workgroupBarrier();
  }
  let value = select(partial[0] / f32(params.rows), partial[0], params.largest == 1u);
  for (var row = lane; row < params.rows; row += LANES) { values[row * params.width + i] = value; }
}

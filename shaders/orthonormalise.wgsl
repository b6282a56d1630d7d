// The rows of a thin block made orthonormal in place by modified Gram–Schmidt: row after row is taken out of the rows
// behind it, all of them at once. A row that the rows before it leave nothing of (under 1e-6 of its length, which is
// rounding) becomes 0. vectors: [count, columns], count ≤ 32. One workgroup, PARTS invocations to a row.
struct Params { count: u32, columns: u32 }
@group(0) @binding(0) var<storage, read_write> vectors: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

const ROWS = 32u;
// One where every barrier has its price for every invocation, as on a software adapter.
override PARTS = 8u;
var<workgroup> partial: array<f32, ROWS * PARTS>;
var<workgroup> before: array<f32, ROWS>;

fn product(left: u32, right: u32, part: u32) -> f32 {
  let l = left * params.columns;
  let r = right * params.columns;
  // Sums of few terms, then their sum, as long rows in float32 want it.
  var sum = 0.0;
  for (var start = part; start < params.columns; start += 32u * PARTS) {
    var piece = 0.0;
    for (var j = start; j < min(start + 32u * PARTS, params.columns); j += PARTS) {
      piece += vectors[l + j] * vectors[r + j];
    }
    sum += piece;
  }
  return sum;
}

fn total(row: u32) -> f32 {
  var sum = 0.0;
  for (var part = 0u; part < PARTS; part++) { sum += partial[row * PARTS + part]; }
  return sum;
}

@compute @workgroup_size(PARTS, ROWS)
fn main(@builtin(local_invocation_id) id: vec3u) {
  let part = id.x;
  let row = id.y;
  let here = row < params.count;
  let mine = row * PARTS + part;
  var sum = 0.0;
  if here { sum = product(row, row, part); }
  partial[mine] = sum;
  workgroupBarrier();
  if part == 0u { before[row] = total(row); }
  var scale = 0.0;
  for (var i = 0u; i < params.count; i++) {
    workgroupBarrier();
    sum = 0.0;
    if here && row >= i { sum = product(i, row, part); }
    partial[mine] = sum;
    workgroupBarrier();
    let square = total(i);
    if here && square > 1e-12 * before[i] {
      if row == i { scale = inverseSqrt(square); }
      if row > i {
        let factor = total(row) / square;
        for (var j = part; j < params.columns; j += PARTS) {
          vectors[row * params.columns + j] -= factor * vectors[i * params.columns + j];
        }
      }
    }
    storageBarrier();
  }
  if !here { return; }
  for (var j = part; j < params.columns; j += PARTS) { vectors[row * params.columns + j] *= scale; }
}

// One diagonal block of a blocked Cholesky factorisation A = RᵀR, in place in the upper triangle, R[k, k] = √(A[k, k] −
// Σ_i R[i, k]²), R[k, j] = (A[k, j] − Σ_i R[i, k] R[i, j]) / R[k, k]. matrix: rows from `first` on of
// [columns, stride]; one workgroup for the
// block [start, start + size).
// A pivot that is not a number clearly above 0, measured by the diagonal before elimination (pivots: [columns]), sets
// failed[0] to 1 + its place, and the block goes on with 1 in its stead.
struct Params { stride: u32, start: u32, size: u32, first: u32 }
@group(0) @binding(0) var<storage, read_write> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> pivots: array<f32>;
@group(0) @binding(2) var<storage, read_write> failed: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

// 1 where barriers are dear, as on a software adapter.
override LANES = 32u;
const BLOCK = 32u;
// What rounding alone leaves of a pivot that is 0.
const NOISE = 2.4e-7;
var<workgroup> tile: array<f32, BLOCK * BLOCK>;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  let size = params.size;
  let corner = (params.start - params.first) * params.stride + params.start;
  for (var at = lane; at < size * size; at += LANES) {
    tile[(at / size) * BLOCK + at % size] = matrix[corner + (at / size) * params.stride + at % size];
  }
  workgroupBarrier();
  for (var k = 0u; k < size; k++) {
    var pivot = tile[k * BLOCK + k];
    let sound = pivot > NOISE * pivots[params.start + k] && pivot < 3e38;
    if !sound {
      pivot = 1.0;
      if lane == 0u && failed[0] == 0u { failed[0] = 1u + params.start + k; }
    }
    let root = sqrt(pivot);
    workgroupBarrier();
    for (var j = k + lane; j < size; j += LANES) {
      tile[k * BLOCK + j] = select(tile[k * BLOCK + j] / root, root, j == k);
    }
    workgroupBarrier();
    for (var i = k + 1u + lane; i < size; i += LANES) {
      let factor = tile[k * BLOCK + i];
      for (var j = i; j < size; j++) { tile[i * BLOCK + j] -= factor * tile[k * BLOCK + j]; }
    }
    workgroupBarrier();
  }
  for (var at = lane; at < size * size; at += LANES) {
    matrix[corner + (at / size) * params.stride + at % size] = tile[(at / size) * BLOCK + at % size];
  }
}

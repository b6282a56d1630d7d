// A block of steps of a Cholesky factorisation A = LLᵀ that always takes the column with the smallest remaining
// diagonal, the higher one on ties. Step s: p = argmin d, l = (A[p, :] − Σ_{k<s} panel[k, p] panel[k, :]) / √d[p], d −=
// l², panel[s, :] = l; done columns get 0. matrix: [columns, stride], upper, eliminated up to the block; pivots:
// [columns], A's diagonal before any elimination; remaining (d): [columns], DONE where done; panel: [size, stride];
// order: [columns], first pivot last. One workgroup.
struct Params { columns: u32, stride: u32, start: u32, size: u32 }
@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> pivots: array<f32>;
@group(0) @binding(2) var<storage, read_write> remaining: array<f32>;
@group(0) @binding(3) var<storage, read_write> panel: array<f32>;
@group(0) @binding(4) var<storage, read_write> order: array<u32>;
@group(0) @binding(5) var<uniform> params: Params;

// 1 where barriers are dear, as on a software adapter.
override LANES = 256u;
const DONE = 3.4e38;
// What rounding alone leaves of a diagonal that is 0: nothing is eliminated with it.
const NOISE = 2.4e-7;
var<workgroup> least: array<f32, LANES>;
var<workgroup> place: array<u32, LANES>;

fn is_less(a: f32, i: u32, b: f32, j: u32) -> bool { return a < b || (a == b && i > j); }

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  let columns = params.columns;
  let stride = params.stride;
  for (var s = 0u; s < params.size; s++) {
    var pivot = DONE;
    var p = 0u;
    for (var j = lane; j < columns; j += LANES) {
      let d = remaining[j];
      if is_less(d, j, pivot, p) {
        pivot = d;
        p = j;
      }
    }
    if LANES > 1u {
      least[lane] = pivot;
      place[lane] = p;
      workgroupBarrier();
      for (var half = LANES / 2u; half > 0u; half /= 2u) {
        if lane < half && is_less(least[lane + half], place[lane + half], least[lane], place[lane]) {
          least[lane] = least[lane + half];
          place[lane] = place[lane + half];
        }
        workgroupBarrier();
      }
      pivot = least[0];
      p = place[0];
    }
    let sound = pivot > NOISE * pivots[p];
    let root = sqrt(max(pivot, 0.0));
    for (var j = lane; j < columns; j += LANES) {
      var l = 0.0;
      if sound && j != p && remaining[j] < DONE {
        l = matrix[min(p, j) * stride + max(p, j)];
        for (var k = 0u; k < s; k++) { l -= panel[k * stride + p] * panel[k * stride + j]; }
        l /= root;
        remaining[j] -= l * l;
      }
      panel[s * stride + j] = l;
    }
    if lane == 0u { order[columns - 1u - params.start - s] = p; }
    if p % LANES == lane { remaining[p] = DONE; }
    if LANES > 1u {
      storageBarrier();
      workgroupBarrier();
    }
  }
}

// A block of steps of a Cholesky factorisation A = LLᵀ that always takes the column with the smallest remaining
// diagonal, the higher one on ties. Step s: p = argmin d, l = (A[p, :] − Σ_{k<s} panel[k, p] panel[k, :]) / √d[p], d −=
// l², panel[s, :] = l; done columns get 0. matrix: [columns, stride], upper, eliminated up to the block; pivots:
// [columns], A's diagonal before any elimination; remaining (d): [columns], DONE where done; panel: [size, stride];
// order: [columns], first pivot last. One workgroup.
// TILED: the matrix is not looked at. A dispatch ends step − 1, whose row A[p, :] is in the panel by then, and chooses
// the pivot of `step`.
struct Params { columns: u32, stride: u32, start: u32, size: u32, step: u32 }
@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> pivots: array<f32>;
@group(0) @binding(2) var<storage, read_write> remaining: array<f32>;
@group(0) @binding(3) var<storage, read_write> panel: array<f32>;
@group(0) @binding(4) var<storage, read_write> order: array<u32>;
@group(0) @binding(5) var<uniform> params: Params;

// 1 where barriers are dear, as on a software adapter.
override LANES = 256u;
override TILED = false;
const DONE = 3.4e38;
// What rounding alone leaves of a diagonal that is 0: nothing is eliminated with it.
const NOISE = 2.4e-7;
struct Pivot { d: f32, p: u32 }
var<workgroup> least: array<f32, LANES>;
var<workgroup> place: array<u32, LANES>;

fn is_less(a: f32, i: u32, b: f32, j: u32) -> bool { return a < b || (a == b && i > j); }

fn choose(lane: u32) -> Pivot {
  var chosen = Pivot(DONE, 0u);
  for (var j = lane; j < params.columns; j += LANES) {
    let d = remaining[j];
    if is_less(d, j, chosen.d, chosen.p) { chosen = Pivot(d, j); }
  }
  if LANES > 1u {
    least[lane] = chosen.d;
    place[lane] = chosen.p;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if lane < half && is_less(least[lane + half], place[lane + half], least[lane], place[lane]) {
        least[lane] = least[lane + half];
        place[lane] = place[lane + half];
      }
      workgroupBarrier();
    }
    chosen = Pivot(least[0], place[0]);
  }
  return chosen;
}

fn eliminate(lane: u32, s: u32, chosen: Pivot) {
  let stride = params.stride;
  let p = chosen.p;
  let sound = chosen.d > NOISE * pivots[p];
  let root = sqrt(max(chosen.d, 0.0));
  for (var j = lane; j < params.columns; j += LANES) {
    var l = 0.0;
    if sound && j != p && remaining[j] < DONE {
      if TILED { l = panel[s * stride + j]; } else { l = matrix[min(p, j) * stride + max(p, j)]; }
      for (var k = 0u; k < s; k++) { l -= panel[k * stride + p] * panel[k * stride + j]; }
      l /= root;
      remaining[j] -= l * l;
    }
    panel[s * stride + j] = l;
  }
  if p % LANES == lane { remaining[p] = DONE; }
}

fn meet() {
  if LANES > 1u {
    storageBarrier();
    workgroupBarrier();
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  // Place of the block's first pivot.
  let last = params.columns - 1u - params.start;
  if TILED {
    if params.step > 0u {
      let p = order[last - (params.step - 1u)];
      let chosen = Pivot(remaining[p], p);
      meet();
      eliminate(lane, params.step - 1u, chosen);
      meet();
    }
    if params.step < params.size {
      let chosen = choose(lane);
      if lane == 0u { order[last - params.step] = chosen.p; }
    }
    return;
  }
  for (var s = 0u; s < params.size; s++) {
    let chosen = choose(lane);
    eliminate(lane, s, chosen);
    if lane == 0u { order[last - s] = chosen.p; }
    meet();
  }
}

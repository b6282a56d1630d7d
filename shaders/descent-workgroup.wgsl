// Greedy coordinate descent as in descent-thread, one workgroup per row: the row's Y stays in workgroup memory, a
// lane's places are lane, lane + LANES, …
// matrix: [columns + 1, stride], H / h of the column, and h; scales: [rows, groups], a group fills whole blocks of 16
// places; state (Y): [rows, stride]; codes: [rows, columns]; ledger: [rows] of (loss, moves left, negative where the row
// has ended); gains: [steps, rows] of (change, moves), zero before.
struct Params {
  rows: u32, columns: u32, stride: u32, width: u32, groups: u32, top: f32, steps: u32, again: u32, tolerance: f32
}
struct Candidate { gain: f32, place: u32, column: u32, levels: f32, delta: f32 }
@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> scales: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: array<f32>;
@group(0) @binding(3) var<storage, read_write> codes: array<u32>;
@group(0) @binding(4) var<storage, read_write> ledger: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> gains: array<vec2f>;
@group(0) @binding(6) var<uniform> params: Params;

override LANES = 64u;
// Words of workgroup memory for Y: at least the places.
override SLOTS = 1024u;
// 1 or 4
override BATCH = 1u;
override PAIRS = BATCH * BATCH;
const NONE = 0xffffffffu;
// As in descent-thread.
const MARGIN = -1e-6;

var<workgroup> Y: array<f32, SLOTS>;
var<workgroup> candidates: array<Candidate, LANES>;
// What two candidates, moved together, add.
var<workgroup> pairs: array<f32, PAIRS>;
var<workgroup> accepted: array<Candidate, BATCH>;
var<workgroup> count: u32;
var<workgroup> own: vec2f;

// Accepts candidates from the best on.
fn select_moves(row: u32, step: u32) {
  var taken: array<u32, 4>;
  var total = 0.0;
  var made = 0u;
  for (var k = 0u; k < BATCH; k++) {
    var p = 0u;
    for (var q = 1u; q < BATCH; q++) {
      let ahead = candidates[q].gain == candidates[p].gain && candidates[q].place < candidates[p].place;
      if candidates[q].gain < candidates[p].gain || ahead { p = q; }
    }
    let one = candidates[p];
    if one.gain >= 0.0 || (k == 0u && -one.gain < params.tolerance * own.x) { break; }
    candidates[p].gain = 0.0;
    var together = one.gain;
    for (var a = 0u; a < made; a++) { together += pairs[p * BATCH + taken[a]]; }
    if together > 0.5 * one.gain || f32(made) >= own.y { continue; }
    taken[made] = p;
    accepted[made] = one;
    total += together;
    made++;
  }
  if made > 0u { gains[step * params.rows + row] = vec2f(total, f32(made)); }
  own += vec2f(total, -f32(made));
  count = made;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.x + group.y * groups.x;
  if row >= params.rows { return; }
  let columns = params.columns;
  let group_places = params.stride / params.groups;
  if lane == 0u {
    own = ledger[row];
    if params.again == 1u { own.y = abs(own.y); }
  }
  if workgroupUniformLoad(&own).y <= 0.0 { return; }
  for (var t = lane; t < params.stride; t += LANES) { Y[t] = state[row * params.stride + t]; }
  var made = 0u;
  var step = 0u;
  loop {
    var best = Candidate(0.0, NONE, 0u, 0.0, 0.0);
    for (var t = lane; t < params.stride; t += LANES) {
      var y = Y[t];
      for (var a = 0u; a < made; a++) { y += accepted[a].delta * matrix[accepted[a].column * params.stride + t]; }
      Y[t] = y;
      let g = t / group_places;
      let s = scales[row * params.groups + g];
      let z = -y / s;
      if abs(z) <= 0.4999 { continue; }
      let j = t - g * (group_places - params.width);
      let code = f32(codes[row * columns + j]);
      let r = clamp(round(z), -code, params.top - code);
      let levels = r * (r - 2.0 * z);
      let gain = levels * matrix[columns * params.stride + t] * s * s;
      if levels < MARGIN && gain < best.gain { best = Candidate(gain, t, j, r, r * s); }
    }
    if step == params.steps { break; }
    candidates[lane] = best;
    workgroupBarrier();
    for (var half = LANES / 2u; half >= BATCH; half /= 2u) {
      if lane < half {
        let other = candidates[lane + half];
        let mine = candidates[lane];
        let ahead = other.gain == mine.gain && other.place < mine.place;
        if other.gain < mine.gain || ahead { candidates[lane] = other; }
      }
      workgroupBarrier();
    }
    if BATCH > 1u {
      for (var p = lane; p < PAIRS; p += LANES) {
        let one = candidates[p / BATCH];
        let other = candidates[p % BATCH];
        let place = min(one.place, params.stride - 1u);
        let entry = matrix[other.column * params.stride + place] * matrix[columns * params.stride + place];
        pairs[p] = 2.0 * one.delta * other.delta * entry;
      }
      workgroupBarrier();
    }
    if lane == 0u { select_moves(row, step); }
    made = workgroupUniformLoad(&count);
    if made == 0u { break; }
    for (var a = 0u; a < made; a++) {
      // By the lane that reads it.
      let at = row * columns + accepted[a].column;
      if lane == accepted[a].place % LANES { codes[at] = u32(f32(codes[at]) + accepted[a].levels); }
    }
    step++;
  }
  for (var t = lane; t < params.stride; t += LANES) { state[row * params.stride + t] = Y[t]; }
  if lane == 0u { ledger[row] = vec2f(own.x, select(own.y, -own.y, step < params.steps)); }
}

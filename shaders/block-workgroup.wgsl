// Block descent in every row as in block-thread, one workgroup per row: the openings stay in workgroup memory, and the
// lanes look through CHUNK partitions together before they meet, as few of them hold a pair that gains: of what they
// find the earliest partition counts, and the partitions after it are looked through again.
// hessian: [columns, columns]; scales: [rows, groups]; product (G), codes: [rows, columns]; pairs, couplings: of steps
// from `first` on, [steps, quads] of four, a pair as i + 65536 j, i = j where a column is alone; openings: of its
// [columns + 1, 4 ⌈rows / 4⌉] only the last line, the partitions since a row's last move; gains: [steps, rows] of
// (change, moves), zeros before.
struct Params {
  rows: u32, columns: u32, width: u32, groups: u32, top: f32,
  first: u32, steps: u32, quads: u32, patience: u32, fresh: u32,
}
@group(0) @binding(0) var<storage, read> hessian: array<f32>;
@group(0) @binding(1) var<storage, read> scales: array<f32>;
@group(0) @binding(2) var<storage, read_write> product: array<f32>;
@group(0) @binding(3) var<storage, read_write> codes: array<u32>;
@group(0) @binding(4) var<storage, read> pairs: array<vec4u>;
@group(0) @binding(5) var<storage, read> couplings: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> openings: array<f32>;
@group(0) @binding(7) var<storage, read_write> gains: array<vec2f>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES = 64u;
// Words of workgroup memory for openings: at least the columns.
override SLOTS = 1024u;
// Partitions between two meetings of the lanes.
override CHUNK = 16u;
const NONE = 0xffffffffu;

// step: NONE where nothing gains; at: place of the pair among those of its step.
struct Candidate { step: u32, at: u32, pair: u32, gain: f32, levels: vec2f }
var<workgroup> first_quiet: u32;
var<workgroup> open: array<f32, SLOTS>;
var<workgroup> candidates: array<Candidate, LANES>;

fn scale_of(row: u32, column: u32) -> f32 { return scales[row * params.groups + column / params.width]; }

// Whether a comes before b: the earlier step, then the larger gain, then the earlier pair.
fn precedes(a: Candidate, b: Candidate) -> bool {
  if a.step != b.step { return a.step < b.step; }
  return a.gain < b.gain || (a.gain == b.gain && a.at < b.at);
}

fn renew(row: u32, lane: u32, moved: vec2u, delta: vec2f) {
  let columns = params.columns;
  for (var k = lane; k < columns; k += LANES) {
    let at = row * columns + k;
    let G = product[at] + delta.x * hessian[moved.x * columns + k] + delta.y * hessian[moved.y * columns + k];
    product[at] = G;
    open[k] = opening(G, hessian[k * columns + k], scale_of(row, k), f32(codes[at]), params.top);
  }
}

fn pair_of(row: u32, i: u32, j: u32) -> PairMove {
  let columns = params.columns;
  let start = row * columns;
  let G = vec2f(product[start + i], product[start + j]);
  let h = vec2f(hessian[i * columns + i], select(hessian[j * columns + j], 0.0, i == j));
  let code = vec2f(vec2u(codes[start + i], codes[start + j]));
  return pair_move(G, h, hessian[i * columns + j], vec2f(scale_of(row, i), scale_of(row, j)), code, params.top);
}

// The first step of [step, end) in which a pair of this lane gains, and its best pair.
fn search(row: u32, lane: u32, step: u32, end: u32) -> Candidate {
  var best = Candidate(NONE, 0u, 0u, 0.0, vec2f());
  for (var t = step; t < end && best.step == NONE; t++) {
    for (var quad = lane; quad < params.quads; quad += LANES) {
      let at = (params.first + t) * params.quads + quad;
      let i = pairs[at] & vec4u(0xffffu);
      let j = pairs[at] >> vec4u(16u);
      let mine = vec4f(open[i.x], open[i.y], open[i.z], open[i.w]);
      let other = vec4f(open[j.x], open[j.y], open[j.z], open[j.w]);
      let c = couplings[at];
      let may = may_gain(mine, select(-other, other, c >= vec4f()), 1.0 - SLACK - abs(c));
      if !any(may) { continue; }
      for (var part = 0u; part < 4u; part++) {
        if !may[part] { continue; }
        let trial = pair_of(row, i[part], j[part]);
        if trial.gain < best.gain {
          best = Candidate(t, 4u * quad + part, i[part] + (j[part] << 16u), trial.gain, trial.levels);
        }
      }
    }
  }
  return best;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let rows = params.rows;
  let row = group.x + group.y * groups.x;
  if row >= rows { return; }
  let line = params.columns * 4u * ((rows + 3u) / 4u) + row;
  if lane == 0u { first_quiet = select(u32(openings[line]), 0u, params.fresh != 0u); }
  var quiet = workgroupUniformLoad(&first_quiet);
  renew(row, lane, vec2u(), vec2f());
  var step = 0u;
  loop {
    workgroupBarrier();
    storageBarrier();
    if step >= params.steps || quiet >= params.patience { break; }
    let end = min(step + min(CHUNK, params.patience - quiet), params.steps);
    candidates[lane] = search(row, lane, step, end);
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if lane < half && precedes(candidates[lane + half], candidates[lane]) { candidates[lane] = candidates[lane + half]; }
      workgroupBarrier();
    }
    let chosen = workgroupUniformLoad(&candidates[0]);
    let found = min(chosen.step, end);
    quiet += found - step;
    step = found;
    if chosen.step == NONE { continue; }
    let moved = vec2u(chosen.pair & 0xffffu, chosen.pair >> 16u);
    let start = row * params.columns;
    if lane == 0u {
      let codes_moved = dot(abs(sign(chosen.levels)), vec2f(1.0));
      gains[(params.first + step) * rows + row] = vec2f(chosen.gain, codes_moved);
      codes[start + moved.x] = u32(f32(codes[start + moved.x]) + chosen.levels.x);
      codes[start + moved.y] = u32(f32(codes[start + moved.y]) + chosen.levels.y);
    }
    workgroupBarrier();
    storageBarrier();
    renew(row, lane, moved, chosen.levels * vec2f(scale_of(row, moved.x), scale_of(row, moved.y)));
    quiet = 0u;
    step++;
  }
  if lane == 0u { openings[line] = f32(quiet); }
}

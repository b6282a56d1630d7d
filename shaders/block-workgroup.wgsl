// Block descent in every row as in block-thread, one workgroup per row: the openings stay in workgroup memory, and the
// lanes look through CHUNK partitions together before they meet, as few of them hold a pair that gains: of what they
// find the earliest partition counts, and the partitions after it are looked through again.
// hessian: rows tile … tile + tile_rows − 1 of [columns, columns]; a move of other columns waits for their tile, from
// where `resume` goes on; scales: [rows, groups]; product (G), codes: [rows, columns]; pairs: [steps, quads] of four, a
// pair as i + 65536 j, i = j where a column is alone; couplings: [⌈columns / 4⌉] of h, then [steps, 2, quads] of
// couplings and of H_ij; openings: of [columns + 6, 4 ⌈rows / 4⌉] only the last lines: partitions since a row's last
// move, the next step, columns and δ of a move that waits; gains: [steps, rows] of (change, moves), zeros before.
struct Params {
  rows: u32, columns: u32, width: u32, groups: u32, top: f32,
  first: u32, steps: u32, quads: u32, patience: u32, fresh: u32, tile: u32, tile_rows: u32, resume: u32,
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
// Where a row stands between two dispatches.
struct Rest { quiet: u32, step: u32, moved: vec2u, delta: vec2f }
var<workgroup> rest: Rest;
var<workgroup> open: array<f32, SLOTS>;
var<workgroup> candidates: array<Candidate, LANES>;

// Whether a comes before b: the earlier step, then the larger gain, then the earlier pair.
fn precedes(a: Candidate, b: Candidate) -> bool {
  if a.step != b.step { return a.step < b.step; }
  return a.gain < b.gain || (a.gain == b.gain && a.at < b.at);
}

fn renew(row: u32, lane: u32, moved: vec2u, delta: vec2f) {
  let columns = params.columns;
  let line = lines_of(moved, delta);
  for (var k = lane; k < columns; k += LANES) {
    let at = row * columns + k;
    let G = product[at] + delta.x * hessian[line.x + k] + delta.y * hessian[line.y + k];
    product[at] = G;
    open[k] = opening(G, h_of(k), scale_of(row, k), f32(codes[at]), params.top);
  }
}

// The first step of [step, end) in which a pair of this lane gains, and its best pair.
fn search(row: u32, lane: u32, step: u32, end: u32) -> Candidate {
  var best = Candidate(NONE, 0u, 0u, 0.0, vec2f());
  for (var t = step; t < end && best.step == NONE; t++) {
    // From the place of a pair to that of its coupling.
    let beyond = (params.columns + 3u) / 4u + (params.first + t) * params.quads;
    for (var quad = lane; quad < params.quads; quad += LANES) {
      let at = (params.first + t) * params.quads + quad;
      let i = pairs[at] & vec4u(0xffffu);
      let j = pairs[at] >> vec4u(16u);
      let mine = vec4f(open[i.x], open[i.y], open[i.z], open[i.w]);
      let other = vec4f(open[j.x], open[j.y], open[j.z], open[j.w]);
      let c = couplings[beyond + at];
      let may = may_gain(mine, select(-other, other, c >= vec4f()), 1.0 - SLACK - abs(c));
      if !any(may) { continue; }
      for (var part = 0u; part < 4u; part++) {
        if !may[part] { continue; }
        let trial = pair_of(row, i[part], j[part], couplings[beyond + params.quads + at][part]);
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
  let length = 4u * ((rows + 3u) / 4u);
  let line = params.columns * length + row;
  if lane == 0u {
    rest = Rest(select(u32(openings[line]), 0u, params.fresh != 0u), 0u, vec2u(), vec2f());
    if params.resume != 0u {
      rest.step = u32(openings[line + length]);
      rest.moved = vec2u(vec2f(openings[line + 2u * length], openings[line + 3u * length]));
      rest.delta = vec2f(openings[line + 4u * length], openings[line + 5u * length]);
    }
  }
  let before = workgroupUniformLoad(&rest);
  var quiet = before.quiet;
  var step = before.step;
  var moved = before.moved;
  var delta = before.delta;
  let now = here(moved, delta);
  if params.resume != 0u && all(now == vec2f()) { return; }
  renew(row, lane, moved, now);
  delta -= now;
  loop {
    workgroupBarrier();
    storageBarrier();
    if any(delta != vec2f()) || step >= params.steps || quiet >= params.patience { break; }
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
    moved = vec2u(chosen.pair & 0xffffu, chosen.pair >> 16u);
    let start = row * params.columns;
    if lane == 0u {
      let codes_moved = dot(abs(sign(chosen.levels)), vec2f(1.0));
      gains[(params.first + step) * rows + row] = vec2f(chosen.gain, codes_moved);
      codes[start + moved.x] = u32(f32(codes[start + moved.x]) + chosen.levels.x);
      codes[start + moved.y] = u32(f32(codes[start + moved.y]) + chosen.levels.y);
    }
    workgroupBarrier();
    storageBarrier();
    delta = chosen.levels * vec2f(scale_of(row, moved.x), scale_of(row, moved.y));
    let part = here(moved, delta);
    if any(part != vec2f()) { renew(row, lane, moved, part); }
    delta -= part;
    quiet = 0u;
    step++;
  }
  if lane == 0u {
    let last = array(f32(quiet), f32(step), f32(moved.x), f32(moved.y), delta.x, delta.y);
    for (var k = 0u; k < 6u; k++) { openings[line + k * length] = last[k]; }
  }
}

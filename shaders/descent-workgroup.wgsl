// Coordinate descent in every row as in descent-thread, one workgroup per row: G stays in workgroup memory, every lane
// owns each LANES-th column, and the row of H that a move needs is read once by neighbouring lanes.
// hessian: [columns, columns]; diagonal: [columns] of (h, 1 / h); scales: [rows, groups]; product (G), codes: [rows,
// columns]; cursors: [rows], sweeps · columns + next column of the cyclic order; gains: [steps, rows], 0 where a row
// has ended.
struct Params { rows: u32, columns: u32, width: u32, groups: u32, top: f32, steps: u32, sweeps: u32 }
@group(0) @binding(0) var<storage, read> hessian: array<f32>;
@group(0) @binding(1) var<storage, read> diagonal: array<vec2f>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read_write> product: array<f32>;
@group(0) @binding(4) var<storage, read_write> codes: array<u32>;
@group(0) @binding(5) var<storage, read_write> cursors: array<u32>;
@group(0) @binding(6) var<storage, read_write> gains: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

override LANES = 64u;
// Words of workgroup memory for G: at least the columns.
override SLOTS = 1024u;
// True: the next column that can improve. False: the column that improves most.
override CYCLIC = false;
const NONE = 0xffffffffu;
// A move must lower the row by this much of h s²: less than rounding could undo, so that no pair of moves goes round in
// circles.
const MARGIN = -1e-6;

// key: what the lowest of wins (the gain, or the place in cyclic order); ties go to the lower column.
struct Candidate { key: f32, column: u32, gain: f32, levels: f32, delta: f32 }
var<workgroup> first_cursor: u32;
var<workgroup> G: array<f32, SLOTS>;
var<workgroup> candidates: array<Candidate, LANES>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.x + group.y * groups.x;
  if row >= params.rows { return; }
  let columns = params.columns;
  for (var j = lane; j < columns; j += LANES) { G[j] = product[row * columns + j]; }
  if lane == 0u { first_cursor = cursors[row]; }
  var cursor = workgroupUniformLoad(&first_cursor);
  var delta = 0.0;
  var moved = 0u;
  var step = 0u;
  loop {
    let next = cursor % columns;
    var best = Candidate(0.0, NONE, 0.0, 0.0, 0.0);
    for (var j = lane; j < columns; j += LANES) {
      G[j] += delta * hessian[moved + j];
      let h = diagonal[j];
      let s = scales[row * params.groups + j / params.width];
      let z = -G[j] * h.y / s;
      if abs(z) > 0.5 {
        let code = f32(codes[row * columns + j]);
        let r = clamp(round(z), -code, params.top - code);
        let gain = r * (r - 2.0 * z);
        if gain < MARGIN {
          let weighted = gain * h.x * s * s;
          let key = select(weighted, f32((j + columns - next) % columns) - f32(columns), CYCLIC);
          if key < best.key { best = Candidate(key, j, weighted, r, r * s); }
        }
      }
    }
    candidates[lane] = best;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if lane < half {
        let other = candidates[lane + half];
        let mine = candidates[lane];
        if other.key < mine.key || (other.key == mine.key && other.column < mine.column) { candidates[lane] = other; }
      }
      workgroupBarrier();
    }
    let chosen = workgroupUniformLoad(&candidates[0]);
    if chosen.column == NONE || step == params.steps { break; }
    if CYCLIC {
      let after = cursor / columns + u32(chosen.column < next);
      if after >= params.sweeps { break; }
      cursor = after * columns + chosen.column + 1u;
    }
    if lane == chosen.column % LANES {
      gains[step * params.rows + row] = chosen.gain;
      let at = row * columns + chosen.column;
      codes[at] = u32(f32(codes[at]) + chosen.levels);
    }
    delta = chosen.delta;
    moved = chosen.column * columns;
    step++;
  }
  for (var j = lane; j < columns; j += LANES) { product[row * columns + j] = G[j]; }
  if lane == 0u { cursors[row] = cursor; }
  for (step += lane; step < params.steps; step += LANES) { gains[step * params.rows + row] = 0.0; }
}

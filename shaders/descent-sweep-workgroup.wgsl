// Cyclic coordinate descent as in descent-sweep-thread, one workgroup per row, LANES columns to a block: a lane holds
// its column of the block whose turn it is.
// matrix: [columns + 1, stride]; state: [rows, stride]; order: [stride]; scales: [rows, groups]; codes: [rows, columns];
// history: [rows, 1 + blocks + columns], pairs: (moves since the gradient was new, 1 where the row has ended); for every
// block the moves it has seen, and those before its sweep; the last moves (place, change), going round; gains: [turns,
// rows] of (change, moves), zero before.
struct Params {
  rows: u32, columns: u32, stride: u32, width: u32, groups: u32, top: f32, first: u32, turns: u32
}
// One change of a code.
struct Move { place: u32, delta: f32, gain: f32 }
@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read_write> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> codes: array<u32>;
@group(0) @binding(5) var<storage, read_write> history: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> gains: array<vec2f>;
@group(0) @binding(7) var<uniform> params: Params;

override LANES = 64u;
// As in descent-thread.
const MARGIN = -1e-6;

var<workgroup> own: vec3f;
var<workgroup> seen: u32;
// The lowest lane that can move, of this turn and of the next.
var<workgroup> lowest: array<atomic<u32>, 2>;
var<workgroup> chosen: u32;
var<workgroup> made: Move;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.x + group.y * groups.x;
  if row >= params.rows { return; }
  let columns = params.columns;
  let blocks = (columns + LANES - 1u) / LANES;
  let base = row * (1u + blocks + columns);
  if lane == 0u {
    own = vec3f(history[base], history[base + 1u].y);
    atomicStore(&lowest[0], LANES);
  }
  let start = workgroupUniformLoad(&own);
  if start.y == 1.0 { return; }
  var moves = u32(start.x);
  var at_sweep = u32(start.z);
  var turn = 0u;
  var ended = false;
  for (var visit = 0u; visit < params.turns; visit++) {
    let b = (params.first + visit) % blocks;
    if b == 0u { at_sweep = moves; }
    if lane == 0u { seen = u32(history[base + 1u + b].x); }
    let first = workgroupUniformLoad(&seen);
    let t = min(b * LANES + lane, columns - 1u);
    let live = b * LANES + lane < columns;
    let j = order[t];
    let h = matrix[columns * params.stride + t];
    let s = scales[row * params.groups + j / params.width];
    var code = f32(codes[row * columns + j]);
    var y = state[row * params.stride + t];
    for (var n = first; n < moves; n++) {
      let past = history[base + 1u + blocks + n % columns];
      y += past.y * matrix[u32(past.x) * params.stride + t];
    }
    let before = moves;
    var total = 0.0;
    var next = 0u;
    loop {
      let z = -y / s;
      let r = clamp(round(z), -code, params.top - code);
      let levels = r * (r - 2.0 * z);
      if live && lane >= next && levels < MARGIN { atomicMin(&lowest[turn], lane); }
      workgroupBarrier();
      if lane == 0u {
        chosen = atomicLoad(&lowest[turn]);
        atomicStore(&lowest[1u - turn], LANES);
      }
      let mover = workgroupUniformLoad(&chosen);
      turn = 1u - turn;
      if mover == LANES { break; }
      if lane == mover {
        made = Move(t, r * s, levels * h * s * s);
        code += r;
        codes[row * columns + j] = u32(code);
        history[base + 1u + blocks + moves % columns] = vec2f(f32(t), r * s);
      }
      let last = workgroupUniformLoad(&made);
      y += last.delta * matrix[last.place * params.stride + t];
      total += last.gain;
      moves++;
      next = mover + 1u;
    }
    if live { state[row * params.stride + t] = y; }
    if lane == 0u {
      history[base + 1u + b] = vec2f(f32(moves), f32(at_sweep));
      if moves > before { gains[visit * params.rows + row] = vec2f(total, f32(moves - before)); }
    }
    // Other lanes read these moves next.
    storageBarrier();
    ended = b == blocks - 1u && moves == at_sweep;
    if ended { break; }
  }
  if lane == 0u { history[base] = vec2f(f32(moves), f32(ended)); }
}

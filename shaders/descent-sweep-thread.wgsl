// Cyclic coordinate descent (QuantEase, lemma 1), one thread per row: the columns in their order, each set to its best
// level, sweep after sweep, until a sweep moves nothing: the
// next `turns` blocks from number `first` on. Y = G / h, z = −Y / s as in
// descent-thread.
// A block of 16 columns is brought up to date when its turn comes, by all moves since its last turn: what is read of H
// meets a Y that is held in registers, and Y itself is fetched once a sweep.
// matrix: rows tile_first … tile_first + tile_rows − 1 of [columns, stride], H / h of the column, and then h. A row that
// needs another row of it waits for that tile, moves of the past in the order in which they were made; `resume` goes on
// from there. state (Y): [rows, stride], both in the order of processing; order: [stride]; scales: [rows, groups];
// codes: [rows, columns]; history: [rows, 1 + blocks + columns], pairs: (moves since the gradient was new, 1 where the
// row has ended, else less the turns it has had); for every block the moves it has seen, and those before its sweep; the
// last moves (place, change), going round; gains: [turns, rows] of (change, moves), zero before;
// queue: the next row.
struct Params {
  rows: u32, columns: u32, stride: u32, width: u32, groups: u32, top: f32, first: u32, turns: u32,
  tile_first: u32, tile_rows: u32, resume: u32
}
@group(0) @binding(0) var<storage, read> matrix: array<mat4x4f>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read_write> state: array<mat4x4f>;
@group(0) @binding(4) var<storage, read_write> codes: array<u32>;
@group(0) @binding(5) var<storage, read_write> history: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> gains: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> queue: atomic<u32>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES = 16u;
// As in descent-thread.
const MARGIN = -1e-6;

@compute @workgroup_size(LANES)
fn main() {
  let columns = params.columns;
  let blocks = params.stride / 16u;
  var row = 0u;
  // Where the row's history begins, and its moves in it.
  var base = 0u;
  var moves = 0u;
  var at_sweep = 0u;
  var visit = 0u;
  var busy = false;
  loop {
    while !busy && row < params.rows {
      row = atomicAdd(&queue, 1u);
      base = min(row, params.rows - 1u) * (1u + blocks + columns);
      let own = history[base];
      moves = u32(own.x);
      at_sweep = u32(history[base + 1u].y);
      visit = u32(-min(own.y, 0.0)) * params.resume;
      busy = row < params.rows && own.y <= 0.0 && visit < params.turns;
    }
    if !busy { break; }
    let b = (params.first + visit) % blocks;
    at_sweep = select(at_sweep, moves, b == 0u);
    var y = state[row * blocks + b];
    let seen = u32(history[base + 1u + b].x);
    var place = seen % columns;
    var n = seen;
    for (; n < moves; n++) {
      let past = history[base + 1u + blocks + place];
      let line = u32(past.x) - params.tile_first;
      if line >= params.tile_rows { break; }
      y += past.y * matrix[line * blocks + b];
      place = select(place + 1u, 0u, place + 1u == columns);
    }
    let home = 16u * b - params.tile_first;
    if n < moves || home >= params.tile_rows {
      state[row * blocks + b] = y;
      history[base + 1u + b] = vec2f(f32(n), f32(at_sweep));
      history[base] = vec2f(f32(moves), -f32(visit));
      busy = false;
      continue;
    }
    let before = moves;
    var total = 0.0;
    for (var c = 0u; c < 16u; c++) {
      let value = y[c / 4u][c % 4u];
      let j = min(order[16u * b + c], columns - 1u);
      let s = scales[row * params.groups + j / params.width];
      for (var turn = u32(abs(value) > 0.4999 * s); turn > 0u; turn--) {
        let z = -value / s;
        let code = f32(codes[row * columns + j]);
        let r = clamp(round(z), -code, params.top - code);
        let levels = r * (r - 2.0 * z);
        for (var moving = u32(levels < MARGIN); moving > 0u; moving--) {
          codes[row * columns + j] = u32(code + r);
          y += r * s * matrix[(home + c) * blocks + b];
          history[base + 1u + blocks + place] = vec2f(f32(16u * b + c), r * s);
          place = select(place + 1u, 0u, place + 1u == columns);
          total += levels * s * s * matrix[params.tile_rows * blocks + b][c / 4u][c % 4u];
          moves++;
        }
      }
    }
    state[row * blocks + b] = y;
    history[base + 1u + b] = vec2f(f32(moves), f32(at_sweep));
    if moves > before { gains[visit * params.rows + row] = vec2f(total, f32(moves - before)); }
    visit++;
    let ended = b == blocks - 1u && moves == at_sweep;
    if ended || visit == params.turns {
      history[base] = vec2f(f32(moves), select(-f32(visit), 1.0, ended));
      busy = false;
    }
  }
}

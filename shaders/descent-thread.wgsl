// Greedy coordinate descent (CDQuant, algorithm 1), one thread per row, at most `steps` steps of each row.
// Y = G / h, G = (Ŵ − W) H. Moving a column by r levels of size s changes the row's objective by h s² r (r − 2z), z =
// −Y / s: the best r is z rounded, within the codes. The pass that applies the last moves, Y += δ · H[i, :] / h, marks
// the quads of columns with one that can move (|z| > ½); only these are compared. BATCH = 1 takes the best move of all.
// BATCH = 4 takes the best of the places 0, 1, 2, 3 mod 4, from the best on, while what they do to each other leaves a
// move half of its gain.
// matrix: rows first … first + tile_rows − 1 of [columns, stride], H / h of the column, and then h. A row whose best move
// is of a column that lies elsewhere waits for that tile, from where `resume` goes on; scales: [rows, groups], a group
// fills whole blocks of 16 places, the last ones empty; state (Y): [rows, stride]; codes: [rows, columns]; ledger: [rows]
// of (loss, moves left, negative where the row has ended); gains: [steps, rows] of (change, moves), zero before; queue:
// the next row to be taken, so that none waits for others; waiting: [rows] of (step, column), NONE behind the last step.
struct Params {
  rows: u32, columns: u32, stride: u32, width: u32, groups: u32, top: f32, steps: u32, again: u32, tolerance: f32,
  first: u32, tile_rows: u32, resume: u32
}
struct Candidate { gain: f32, place: u32, column: u32, line: u32, levels: f32, delta: f32 } // line: of its row of H
@group(0) @binding(0) var<storage, read> matrix: array<mat4x4f>;
@group(0) @binding(1) var<storage, read> scales: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: array<mat4x4f>;
@group(0) @binding(3) var<storage, read_write> codes: array<u32>;
@group(0) @binding(4) var<storage, read_write> ledger: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> gains: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> queue: atomic<u32>;
@group(0) @binding(7) var<storage, read_write> waiting: array<vec2u>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES = 16u;
override BATCH = 1u;
const NONE = 0xffffffffu;
const MASKED = 8u; // Blocks whose quads a mask holds.
// A move must lower the row by this much of h s², lest rounding undoes it and a pair of moves goes round in circles.
const MARGIN = -1e-6;

// The best gains so far by place mod 4, and their quads.
var<private> best: vec4f;
var<private> best_quad: vec4u;
var<private> accepted: array<Candidate, 4>;

fn compare(row: u32, quad: u32) {
  let blocks = params.stride / 16u;
  let g = quad / (4u * blocks / params.groups);
  let s = scales[row * params.groups + g];
  // Past the end of a group Y is 0: what is read there decides nothing.
  let at = row * params.columns + 4u * quad - g * (params.stride / params.groups - params.width);
  let y = state[row * blocks + quad / 4u][quad % 4u];
  let h = matrix[params.tile_rows * blocks + quad / 4u][quad % 4u];
  let code = vec4f(vec4u(codes[at], codes[at + 1u], codes[at + 2u], codes[at + 3u]));
  let z = y * (-1.0 / s);
  let r = clamp(round(z), -code, params.top - code);
  let levels = r * (r - 2.0 * z);
  let gain = select(vec4f(), levels * h * s * s, levels < vec4f(MARGIN));
  let ahead = gain < best;
  best = select(best, gain, ahead);
  best_quad = select(best_quad, vec4u(quad), ahead);
}

// Takes the best of the candidates, the first place on ties, out of them.
fn take(row: u32) -> Candidate {
  let low = min(min(best.x, best.y), min(best.z, best.w));
  let at = select(vec4u(NONE), 4u * best_quad + vec4u(0u, 1u, 2u, 3u), best == vec4f(low));
  let place = min(min(min(at.x, at.y), min(at.z, at.w)), params.stride - 1u);
  best = select(best, vec4f(), vec4<bool>(BATCH == 1u) | (vec4u(place % 4u) == vec4u(0u, 1u, 2u, 3u)));
  let b = place / 16u;
  let g = b / (params.stride / 16u / params.groups);
  let j = min(place - g * (params.stride / params.groups - params.width), params.columns - 1u);
  let s = scales[row * params.groups + g];
  let code = f32(codes[row * params.columns + j]);
  let y = state[row * (params.stride / 16u) + b][(place / 4u) % 4u][place % 4u];
  let r = clamp(round(y * (-1.0 / s)), -code, params.top - code);
  return Candidate(low, place, j, (j - params.first) * (params.stride / 16u), r, r * s);
}

// What moving this column and the accepted ones together adds to what each does alone.
fn interaction(one: Candidate, count: u32) -> f32 {
  let blocks = params.stride / 16u;
  let b = one.place / 16u;
  let q = (one.place / 4u) % 4u;
  var sum = 0.0;
  for (var k = 0u; k < count; k++) {
    sum += accepted[k].delta * matrix[accepted[k].line + b][q][one.place % 4u];
  }
  return 2.0 * one.delta * sum * matrix[params.tile_rows * blocks + b][q][one.place % 4u];
}

@compute @workgroup_size(LANES)
fn main() {
  let blocks = params.stride / 16u;
  var row = 0u;
  var own = vec2f();
  var step = 0u;
  var count = 0u;
  var busy = false;
  loop {
    while !busy && row < params.rows {
      row = atomicAdd(&queue, 1u);
      own = ledger[min(row, params.rows - 1u)];
      own.y = select(own.y, abs(own.y), params.again == 1u);
      let wait = waiting[min(row, params.rows - 1u)];
      let here = params.resume == 0u || wait.y - params.first < params.tile_rows;
      busy = row < params.rows && own.y > 0.0 && here;
      step = wait.x * params.resume;
      count = 0u;
    }
    if !busy { break; }
    best = vec4f();
    let moved = select(0u, accepted[0].line, count > 0u);
    let delta = select(0.0, accepted[0].delta, count > 0u);
    for (var first = 0u; first < blocks; first += MASKED) {
      var open = 0u;
      for (var b = first; b < min(first + MASKED, blocks); b++) {
        var y = state[row * blocks + b] + delta * matrix[moved + b];
        if BATCH > 1u {
          for (var k = 1u; k < count; k++) { y += accepted[k].delta * matrix[accepted[k].line + b]; }
        }
        state[row * blocks + b] = y;
        let s = scales[row * params.groups + b / (blocks / params.groups)];
        open |= open_quads(y, 0.4999 * s) << (4u * (b - first));
      }
      while open != 0u {
        compare(row, 4u * first + firstTrailingBit(open));
        open &= open - 1u;
      }
    }
    var total = 0.0;
    var wanted = NONE;
    count = 0u;
    for (var k = 0u; step < params.steps && k < BATCH; k++) {
      let one = take(row);
      if one.gain >= 0.0 || (k == 0u && -one.gain < params.tolerance * own.x) { break; }
      // The best move waits for its tile; others are left out.
      let away = one.column - params.first >= params.tile_rows;
      wanted = select(wanted, one.column, away && k == 0u);
      let together = one.gain + interaction(one, count);
      if away || wanted != NONE || together > 0.5 * one.gain || f32(count) >= own.y { continue; }
      accepted[count] = one;
      total += together;
      codes[row * params.columns + one.column] = u32(f32(codes[row * params.columns + one.column]) + one.levels);
      count++;
    }
    if count == 0u {
      waiting[row] = vec2u(step, wanted);
      ledger[row] = vec2f(own.x, select(own.y, -own.y, step < params.steps && wanted == NONE));
      busy = false;
    } else {
      gains[step * params.rows + row] = vec2f(total, f32(count));
      own += vec2f(total, -f32(count));
      step++;
    }
  }
}

// Block descent in every row (CDQuant, Algorithm 2, two codes to a block), one thread for four rows: of every partition
// of the columns into pairs, the pair of codes that lowers a row's objective most is moved. A few operations tell for
// four rows whether a pair could gain at all; the few that could are looked at behind them, up to 32 quads of pairs at
// once, as a software adapter walks through every branch.
// hessian: rows tile … tile + tile_rows − 1 of [columns, columns]; a move of other columns waits for their tile, from
// where `resume` goes on; scales: [rows, groups]; product (G), codes: [rows, columns]; pairs: [steps, quads] of four, a
// pair as i + 65536 j, i = j where a column is alone; couplings: [⌈columns / 4⌉] of h, then [steps, 2, quads] of
// couplings and of H_ij; openings: [columns + 6, ⌈rows / 4⌉], its last lines partitions since a row's last move, the
// next step, columns and δ of a move that waits; gains: [steps, rows] of (change, moves), zeros before.
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
@group(0) @binding(6) var<storage, read_write> openings: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> gains: array<vec2f>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES = 4u;
fn quartets() -> u32 { return (params.rows + 3u) / 4u; }

// Applies G += δ_i H[i, :] + δ_j H[j, :] and finds the row's openings again.
fn renew(row: u32, moved: vec2u, delta: vec2f) {
  let start = row * params.columns;
  let line = lines_of(moved, delta);
  for (var g = 0u; g < params.groups; g++) {
    let s = scales[row * params.groups + g];
    let end = min((g + 1u) * params.width, params.columns);
    for (var k = g * params.width; k < end; k++) {
      let G = product[start + k] + delta.x * hessian[line.x + k] + delta.y * hessian[line.y + k];
      product[start + k] = G;
      openings[k * quartets() + row / 4u][row % 4u] = opening(G, h_of(k), s, f32(codes[start + k]), params.top);
    }
  }
}

// Gives what of a move is left for other tiles.
fn move_row(row: u32, moved: vec2u, delta: vec2f) -> vec2f {
  let part = here(moved, delta);
  if any(part != vec2f()) { renew(row, moved, part); }
  return delta - part;
}

// Whether four rows may gain by a pair.
fn chances(quartet: u32, pair: u32, coupling: f32) -> vec4<bool> {
  let second = openings[(pair >> 16u) * quartets() + quartet] * select(-1.0, 1.0, coupling >= 0.0);
  return may_gain(openings[(pair & 0xffffu) * quartets() + quartet], second, vec4f(1.0 - SLACK - abs(coupling)));
}

fn bits(v: vec4<bool>) -> u32 { return dot(select(vec4u(), vec4u(1u, 2u, 4u, 8u), v), vec4u(1u)); }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let quartet = (group.x + group.y * groups.x) * LANES + lane;
  if quartet >= quartets() { return; }
  let rows = 4u * quartet + vec4u(0u, 1u, 2u, 3u);
  let line = params.columns * quartets() + quartet;
  var quiet = select(vec4f(f32(params.patience)), vec4f(), rows < vec4u(params.rows));
  if params.fresh != 0u {
    for (var k = 0u; k < params.columns; k++) { openings[k * quartets() + quartet] = vec4f(); }
    for (var row = rows.x; row < min(rows.x + 4u, params.rows); row++) { renew(row, vec2u(), vec2f()); }
  } else {
    quiet = openings[line];
  }
  var step = params.first;
  var chosen = vec4u();
  var first_delta = vec4f();
  var second_delta = vec4f();
  if params.resume != 0u {
    step = u32(openings[line + quartets()].x);
    let at = line + quartets() * vec4u(2u, 3u, 4u, 5u);
    for (var own = 0u; own < 4u; own++) {
      let moved = vec2u(vec2f(openings[at.x][own], openings[at.y][own]));
      let left = move_row(rows.x + own, moved, vec2f(openings[at.z][own], openings[at.w][own]));
      chosen[own] = moved.x + (moved.y << 16u);
      first_delta[own] = left.x;
      second_delta[own] = left.y;
    }
  }
  while step < params.first + params.steps {
    let going = quiet < vec4f(f32(params.patience));
    if any(first_delta != vec4f()) || any(second_delta != vec4f()) || !any(going) { break; }
    var gain = vec4f();
    let end = (step + 1u) * params.quads;
    // From the place of a pair to that of its coupling.
    let beyond = (params.columns + 3u) / 4u + step * params.quads;
    for (var begin = end - params.quads; begin < end; begin += 32u) {
      var open = vec4u();
      var bit = 1u;
      for (var at = begin; at < min(begin + 32u, end); at++) {
        let four = pairs[at];
        let c = couplings[beyond + at];
        let any_of = vec4<bool>(
          any(chances(quartet, four.x, c.x)), any(chances(quartet, four.y, c.y)),
          any(chances(quartet, four.z, c.z)), any(chances(quartet, four.w, c.w)),
        );
        open |= select(vec4u(), vec4u(bit), any_of);
        bit += bit;
      }
      while any(open != vec4u()) {
        let part = select(select(select(3u, 2u, open.z != 0u), 1u, open.y != 0u), 0u, open.x != 0u);
        let at = firstTrailingBit(open[part]);
        open[part] &= open[part] - 1u;
        let pair = pairs[begin + at][part];
        let H = couplings[beyond + params.quads + begin + at][part];
        var hits = bits(chances(quartet, pair, couplings[beyond + begin + at][part]) & going);
        while hits != 0u {
          let own = firstTrailingBit(hits);
          hits &= hits - 1u;
          let found = pair_of(rows.x + own, pair & 0xffffu, pair >> 16u, H);
          let better = (vec4u(0u, 1u, 2u, 3u) == vec4u(own)) & (vec4f(found.gain) < gain);
          gain = select(gain, vec4f(found.gain), better);
          first_delta = select(first_delta, vec4f(found.levels.x), better);
          second_delta = select(second_delta, vec4f(found.levels.y), better);
          chosen = select(chosen, vec4u(pair), better);
        }
      }
    }
    quiet = select(quiet + 1.0, vec4f(), gain < vec4f());
    var moving = bits(gain < vec4f());
    while moving != 0u {
      let own = firstTrailingBit(moving);
      moving &= moving - 1u;
      let row = rows.x + own;
      let start = row * params.columns;
      let moved = vec2u(chosen[own] & 0xffffu, chosen[own] >> 16u);
      let levels = vec2f(first_delta[own], second_delta[own]);
      gains[step * params.rows + row] = vec2f(gain[own], dot(abs(sign(levels)), vec2f(1.0)));
      codes[start + moved.x] = u32(f32(codes[start + moved.x]) + levels.x);
      codes[start + moved.y] = u32(f32(codes[start + moved.y]) + levels.y);
      let left = move_row(row, moved, levels * vec2f(scale_of(row, moved.x), scale_of(row, moved.y)));
      let one = vec4u(0u, 1u, 2u, 3u) == vec4u(own);
      first_delta = select(first_delta, vec4f(left.x), one);
      second_delta = select(second_delta, vec4f(left.y), one);
    }
    step++;
  }
  let moved = array(vec4f(chosen & vec4u(0xffffu)), vec4f(chosen >> vec4u(16u)));
  let last = array(quiet, vec4f(f32(step)), moved[0], moved[1], first_delta, second_delta);
  for (var k = 0u; k < 6u; k++) { openings[line + k * quartets()] = last[k]; }
}

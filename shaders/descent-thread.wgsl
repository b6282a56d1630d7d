// Coordinate descent in every row (CDQuant's greedy rule, or cyclic order), one thread per row, at most `steps` moves
// of each row.
// With G = (Ŵ − W) H, moving code j by r levels of size s changes the row's objective by h s² r (r − 2z), z = −G_j / (h
// s): the best r is z rounded, within the codes. The pass that applies the last move, G += δ H[i, :], also finds the
// next one, four columns at a time.
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

override LANES = 16u;
// True: the next column that can improve. False: the column that improves most.
override CYCLIC = false;
const NONE = 0xffffffffu;
// A move must lower the row by this much of h s²: less than rounding could undo, so that no pair of moves goes round in
// circles.
const MARGIN = -1e-6;

fn first(c: vec4<bool>) -> u32 {
  return select(select(select(3u, 2u, c.z), 1u, c.y), 0u, c.x);
}

fn at_first(c: vec4<bool>, v: vec4f) -> f32 {
  return select(select(select(v.w, v.z, c.z), v.y, c.y), v.x, c.x);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (group.x + group.y * groups.x) * LANES + lane;
  if row >= params.rows { return; }
  let start = row * params.columns;
  var sweep = cursors[row] / params.columns;
  var next = cursors[row] % params.columns;
  var delta = 0.0;
  var moved = 0u;
  var step = 0u;
  loop {
    var chosen = NONE;
    var chosen_gain = 0.0;
    var chosen_move = 0.0;
    var chosen_delta = 0.0;
    var wrapped = false;
    for (var g = 0u; g < params.groups; g++) {
      let s = scales[row * params.groups + g];
      let inverse = -1.0 / s;
      let end = min((g + 1u) * params.width, params.columns);
      for (var j = g * params.width; j < end; j += 4u) {
        // Past the end of a group what is read is not used, and nothing is written.
        let at = start + j;
        let h = moved + j;
        let G = vec4f(product[at], product[at + 1u], product[at + 2u], product[at + 3u])
          + delta * vec4f(hessian[h], hessian[h + 1u], hessian[h + 2u], hessian[h + 3u]);
        let one = diagonal[j];
        let two = diagonal[j + 1u];
        let three = diagonal[j + 2u];
        let four = diagonal[j + 3u];
        var z = G * vec4f(one.y, two.y, three.y, four.y) * inverse;
        product[at] = G.x;
        if j + 4u <= end {
          product[at + 1u] = G.y;
          product[at + 2u] = G.z;
          product[at + 3u] = G.w;
        } else {
          let rest = end - j;
          if rest > 1u { product[at + 1u] = G.y; }
          if rest > 2u { product[at + 2u] = G.z; }
          z = select(vec4f(), z, vec4u(0u, 1u, 2u, 3u) < vec4u(rest));
        }
        let size = abs(z);
        if max(max(size.x, size.y), max(size.z, size.w)) <= 0.5 { continue; }
        let code = vec4f(vec4u(codes[at], codes[at + 1u], codes[at + 2u], codes[at + 3u]));
        let r = clamp(round(z), -code, params.top - code);
        let levels = r * (r - 2.0 * z);
        let open = levels < vec4f(MARGIN);
        let gain = select(vec4f(), levels * vec4f(one.x, two.x, three.x, four.x) * s * s, open);
        var taken: vec4<bool>;
        if CYCLIC {
          // The first open column from `next` on, else the first of all.
          let ahead = open & (vec4u(j, j + 1u, j + 2u, j + 3u) >= vec4u(next));
          if !any(open) || !(chosen == NONE || (wrapped && any(ahead))) { continue; }
          taken = select(open, ahead, any(ahead));
          wrapped = !any(ahead);
        } else {
          let lowest = min(min(gain.x, gain.y), min(gain.z, gain.w));
          if lowest >= chosen_gain { continue; }
          taken = gain == vec4f(lowest);
        }
        chosen = j + first(taken);
        chosen_gain = at_first(taken, gain);
        chosen_move = at_first(taken, r);
        chosen_delta = chosen_move * s;
      }
    }
    delta = 0.0;
    if chosen == NONE || step == params.steps { break; }
    if CYCLIC {
      sweep += u32(wrapped);
      if sweep >= params.sweeps { break; }
      next = chosen + 1u;
    }
    gains[step * params.rows + row] = chosen_gain;
    codes[start + chosen] = u32(f32(codes[start + chosen]) + chosen_move);
    delta = chosen_delta;
    moved = chosen * params.columns;
    step++;
  }
  cursors[row] = sweep * params.columns + next;
  for (; step < params.steps; step++) { gains[step * params.rows + row] = 0.0; }
}

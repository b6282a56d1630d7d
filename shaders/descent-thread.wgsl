// Coordinate descent in every row (CDQuant's greedy rule, or cyclic order), one thread per row, at most `steps` moves of each row.
// With G = (Ŵ − W) H, moving code j by r levels of size s changes the row's objective by h s² r (r − 2z), z = −G_j / (h s): the best r is
// z rounded, within the codes. The pass that applies the last move, G += δ H[i, :], also finds the next one.
// Barrier-free; everything of a row is a column, so that neighbouring threads touch neighbouring words.
// hessian: [columns, columns]; diagonal: [columns] of (h, 1 / h); scales: [rows, groups]; product (G), codes: [columns, rows];
// cursors: [rows], sweeps · columns + next column of the cyclic order; gains: [steps, rows], 0 where a row has ended.
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
// A move must lower the row by this much of h s²: less than rounding could undo, so that no pair of moves goes round in circles.
const MARGIN = -1e-6;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * LANES + lane;
  if row >= params.rows { return; }
  let rows = params.rows;
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
    var at = row;
    var j = 0u;
    for (var g = 0u; g < params.groups; g++) {
      let s = scales[row * params.groups + g];
      let inverse = -1.0 / s;
      for (let end = min(j + params.width, params.columns); j < end; j++) {
        let G = product[at] + delta * hessian[moved + j];
        product[at] = G;
        let z = G * diagonal[j].y * inverse;
        if abs(z) > 0.5 {
          let code = f32(codes[at]);
          let r = clamp(round(z), -code, params.top - code);
          let gain = r * (r - 2.0 * z);
          let weighted = gain * diagonal[j].x * s * s;
          var better = gain < MARGIN;
          if CYCLIC {
            better = better && (chosen == NONE || (wrapped && j >= next));
            if better { wrapped = j < next; }
          } else {
            better = better && weighted < chosen_gain;
          }
          if better {
            chosen = j;
            chosen_gain = weighted;
            chosen_move = r;
            chosen_delta = r * s;
          }
        }
        at += rows;
      }
    }
    delta = 0.0;
    if chosen == NONE || step == params.steps { break; }
    if CYCLIC {
      sweep += u32(wrapped);
      if sweep >= params.sweeps { break; }
      next = chosen + 1u;
    }
    gains[step * rows + row] = chosen_gain;
    at = chosen * rows + row;
    codes[at] = u32(f32(codes[at]) + chosen_move);
    delta = chosen_delta;
    moved = chosen * params.columns;
    step++;
  }
  cursors[row] = sweep * params.columns + next;
  for (; step < params.steps; step++) { gains[step * rows + row] = 0.0; }
}

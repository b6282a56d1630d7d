// Block descent in every row (CDQuant, Algorithm 2, two codes to a block), one thread per row: of every partition of the
// columns into pairs, the pair of codes that lowers the row's objective most is moved. Four pairs at a time are held
// against what could gain at all; few go on to block-pair.wgsl.
// hessian: [columns, columns]; scales: [rows, groups]; product (G), codes: [rows, columns]; pairs, couplings: of steps
// from `first` on, [steps, quads] of four, a pair as i + 65536 j, i = j where a column is alone; openings: [columns + 1,
// rows], the last line of it the partitions since a row's last move; gains: [2 · steps, rows], half of a gain for every
// code that moved.
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
@group(0) @binding(7) var<storage, read_write> gains: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES = 16u;

fn scale_of(row: u32, column: u32) -> f32 { return scales[row * params.groups + column / params.width]; }

// Applies G += δ_i H[i, :] + δ_j H[j, :] and finds the openings again.
fn renew(row: u32, moved: vec2u, delta: vec2f) {
  let columns = params.columns;
  let start = row * columns;
  for (var g = 0u; g < params.groups; g++) {
    let s = scales[row * params.groups + g];
    let end = min((g + 1u) * params.width, columns);
    for (var k = g * params.width; k < end; k++) {
      let G = product[start + k] + delta.x * hessian[moved.x * columns + k] + delta.y * hessian[moved.y * columns + k];
      product[start + k] = G;
      openings[k * params.rows + row] = opening(G, hessian[k * columns + k], s, f32(codes[start + k]), params.top);
    }
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

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let rows = params.rows;
  let row = (group.x + group.y * groups.x) * LANES + lane;
  if row >= rows { return; }
  var quiet = 0u;
  if params.fresh != 0u { renew(row, vec2u(), vec2f()); } else { quiet = u32(openings[params.columns * rows + row]); }
  var step = 0u;
  for (; step < params.steps && quiet < params.patience; step++) {
    var best = PairMove(0.0, vec2f());
    var chosen = 0u;
    let from_quad = (params.first + step) * params.quads;
    for (var at = from_quad; at < from_quad + params.quads; at++) {
      let both = pairs[at];
      let i = (both & vec4u(0xffffu)) * rows + row;
      let j = (both >> vec4u(16u)) * rows + row;
      let mine = vec4f(openings[i.x], openings[i.y], openings[i.z], openings[i.w]);
      let other = vec4f(openings[j.x], openings[j.y], openings[j.z], openings[j.w]);
      let may = may_gain(mine, other, couplings[at]);
      if !any(may) { continue; }
      for (var part = 0u; part < 4u; part++) {
        if !may[part] { continue; }
        let found = pair_of(row, both[part] & 0xffffu, both[part] >> 16u);
        if found.gain < best.gain {
          best = found;
          chosen = both[part];
        }
      }
    }
    let out = 2u * (params.first + step) * rows + row;
    let both_move = all(best.levels != vec2f());
    gains[out] = select(best.gain, 0.5 * best.gain, both_move);
    gains[out + rows] = select(0.0, 0.5 * best.gain, both_move);
    quiet++;
    if best.gain < 0.0 {
      quiet = 0u;
      let moved = vec2u(chosen & 0xffffu, chosen >> 16u);
      let start = row * params.columns;
      codes[start + moved.x] = u32(f32(codes[start + moved.x]) + best.levels.x);
      codes[start + moved.y] = u32(f32(codes[start + moved.y]) + best.levels.y);
      renew(row, moved, best.levels * vec2f(scale_of(row, moved.x), scale_of(row, moved.y)));
    }
  }
  openings[params.columns * rows + row] = f32(quiet);
  for (; step < params.steps; step++) {
    let out = 2u * (params.first + step) * rows + row;
    gains[out] = 0.0;
    gains[out + rows] = 0.0;
  }
}

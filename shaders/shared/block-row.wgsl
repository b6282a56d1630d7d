// What both shapes of block descent look up of a row and of H, by the names of their bindings. Needs block-pair.wgsl.
fn scale_of(row: u32, column: u32) -> f32 { return scales[row * params.groups + column / params.width]; }
fn h_of(column: u32) -> f32 { return couplings[column / 4u][column % 4u]; }

// Best move of two codes of a row.
fn pair_of(row: u32, i: u32, j: u32, H: f32) -> PairMove {
  let start = row * params.columns;
  let G = vec2f(product[start + i], product[start + j]);
  let h = vec2f(h_of(i), select(h_of(j), 0.0, i == j));
  let code = vec2f(vec2u(codes[start + i], codes[start + j]));
  return pair_move(G, h, H, vec2f(scale_of(row, i), scale_of(row, j)), code, params.top);
}

// What of a move this tile can make; the first column's part comes first, lest the sums be others than in one tile.
fn here(moved: vec2u, delta: vec2f) -> vec2f {
  let lies = moved - params.tile < vec2u(params.tile_rows);
  return select(vec2f(), delta, lies & vec2<bool>(true, lies.x || delta.x == 0.0));
}

// Where the rows of H that a move needs begin in this tile; that of a column without δ may be any.
fn lines_of(moved: vec2u, delta: vec2f) -> vec2u {
  return select(vec2u(), (moved - params.tile) * params.columns, delta != vec2f());
}

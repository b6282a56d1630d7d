// M ← keep · M + scale · XᵀY in tiles of 8 × 8 held in registers; no barriers.
// x, y: [tokens, columns], columns a multiple of 4; matrix: rows from `first` on of
// [columns, columns]. Rows start … end − 1 of M are done.
// keep = 0 starts a new M, whatever the buffer held.
struct Params { start: u32, end: u32, tokens: u32, columns: u32, first: u32, keep: f32, scale: f32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> y: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> matrix: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 4u;

fn put4(row: u32, column: u32, sums: vec4f) {
  if row >= params.end || column >= params.columns { return; }
  let at = ((row - params.first) * params.columns + column) / 4u;
  var mean = params.scale * sums;
  // A loop of one turn or none: software adapters run both sides of an `if`, but not the body of a loop that nobody enters.
  for (var turn = 0u; turn < u32(params.keep > 0.0); turn++) { mean += params.keep * matrix[at]; }
  matrix[at] = mean;
}

@compute @workgroup_size(1, LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.start + 8u * id.y;
  let column = 8u * id.x;
  if row >= params.end || column >= params.columns { return; }
  let width = params.columns / 4u;
  // A second half beyond the edge reads the first one again; what it gives is not written.
  let r0 = row / 4u;
  let r1 = min(r0 + 1u, width - 1u);
  let c0 = column / 4u;
  let c1 = min(c0 + 1u, width - 1u);
  // Column i of sumRC belongs to row 4R + i of the tile, its components to columns 4C … 4C + 3.
  var sum00 = mat4x4f();
  var sum01 = mat4x4f();
  var sum10 = mat4x4f();
  var sum11 = mat4x4f();
  let last = params.tokens - 1u;
  var token = 0u;
  loop {
    let t0 = token * width;
    let t1 = min(token + 1u, last) * width;
    let t2 = min(token + 2u, last) * width;
    let t3 = min(token + 3u, last) * width;
    // Behind the last token comes zero.
    let inside = vec4f(vec4u(token) + vec4u(0u, 1u, 2u, 3u) <= vec4u(last));
    let ra = transpose(mat4x4f(x[t0 + r0], x[t1 + r0] * inside.y, x[t2 + r0] * inside.z, x[t3 + r0] * inside.w));
    let rb = transpose(mat4x4f(x[t0 + r1], x[t1 + r1] * inside.y, x[t2 + r1] * inside.z, x[t3 + r1] * inside.w));
    let ca = mat4x4f(y[t0 + c0], y[t1 + c0], y[t2 + c0], y[t3 + c0]);
    let cb = mat4x4f(y[t0 + c1], y[t1 + c1], y[t2 + c1], y[t3 + c1]);
    sum00 += ca * ra;
    sum01 += cb * ra;
    sum10 += ca * rb;
    sum11 += cb * rb;
    continuing {
      token += 4u;
      break if token >= params.tokens;
    }
  }
  for (var i = 0u; i < 4u; i++) {
    put4(row + i, column, sum00[i]);
    put4(row + i, column + 4u, sum01[i]);
    put4(row + 4u + i, column, sum10[i]);
    put4(row + 4u + i, column + 4u, sum11[i]);
  }
}

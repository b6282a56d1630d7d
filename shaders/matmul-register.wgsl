// y = x · Wᵀ, or y += x · Wᵀ: eight tokens × eight rows per invocation, held in registers; no barriers.
// x: [tokens, columns]; weights: [rows, columns]; y: rows first … first + rows − 1 of [tokens, stride]. columns is a
// multiple of 4; tokens start … tokens − 1 are done.
// Neighbouring invocations take neighbouring tokens, so that a software adapter's four lanes share the weights they fetch.
struct Params { start: u32, tokens: u32, rows: u32, columns: u32, stride: u32, first: u32, accumulate: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 4u;

fn put4(token: u32, row: u32, sums: vec4f) {
  let rows = params.rows;
  if token >= params.tokens || row >= rows { return; }
  let at = token * params.stride + params.first + row;
  y[at] = sums.x;
  if row + 1u < rows { y[at + 1u] = sums.y; }
  if row + 2u < rows { y[at + 2u] = sums.z; }
  if row + 3u < rows { y[at + 3u] = sums.w; }
}

// What y holds for four tokens and four rows; past the edge, any of its numbers.
fn get16(token: u32, row: u32) -> mat4x4f {
  return mat4x4f(get4(token, row), get4(token + 1u, row), get4(token + 2u, row), get4(token + 3u, row));
}

fn get4(token: u32, row: u32) -> vec4f {
  let at = min(token, params.tokens - 1u) * params.stride + params.first;
  let last = params.rows - 1u;
  return vec4f(y[at + min(row, last)], y[at + min(row + 1u, last)], y[at + min(row + 2u, last)], y[at + min(row + 3u, last)]);
}

@compute @workgroup_size(1, LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let token = params.start + 8u * id.y;
  let row = 8u * id.x;
  if token >= params.tokens || row >= params.rows { return; }
  // Past the edge the last token or row is read again; what it gives is not written.
  let steps = params.columns / 4u;
  let last_token = params.tokens - 1u;
  let last_row = params.rows - 1u;
  let x0 = token * steps;
  let x1 = min(token + 1u, last_token) * steps;
  let x2 = min(token + 2u, last_token) * steps;
  let x3 = min(token + 3u, last_token) * steps;
  let x4 = min(token + 4u, last_token) * steps;
  let x5 = min(token + 5u, last_token) * steps;
  let x6 = min(token + 6u, last_token) * steps;
  let x7 = min(token + 7u, last_token) * steps;
  let w0 = row * steps;
  let w1 = min(row + 1u, last_row) * steps;
  let w2 = min(row + 2u, last_row) * steps;
  let w3 = min(row + 3u, last_row) * steps;
  let w4 = min(row + 4u, last_row) * steps;
  let w5 = min(row + 5u, last_row) * steps;
  let w6 = min(row + 6u, last_row) * steps;
  let w7 = min(row + 7u, last_row) * steps;
  // Column i of sumTR belongs to token 4T + i, its components to rows 4R … 4R + 3.
  var sum00 = mat4x4f();
  var sum01 = mat4x4f();
  var sum10 = mat4x4f();
  var sum11 = mat4x4f();
  // A loop of one turn or none: software adapters run both sides of an `if`, but not the body of a loop that nobody enters.
  for (var turn = 0u; turn < params.accumulate; turn++) {
    sum00 = get16(token, row);
    sum01 = get16(token, row + 4u);
    sum10 = get16(token + 4u, row);
    sum11 = get16(token + 4u, row + 4u);
  }
  var step = 0u;
  loop {
    let xa = mat4x4f(x[x0 + step], x[x1 + step], x[x2 + step], x[x3 + step]);
    let xb = mat4x4f(x[x4 + step], x[x5 + step], x[x6 + step], x[x7 + step]);
    let wa = transpose(mat4x4f(weights[w0 + step], weights[w1 + step], weights[w2 + step], weights[w3 + step]));
    let wb = transpose(mat4x4f(weights[w4 + step], weights[w5 + step], weights[w6 + step], weights[w7 + step]));
    sum00 += wa * xa;
    sum01 += wb * xa;
    sum10 += wa * xb;
    sum11 += wb * xb;
    continuing {
      step++;
      break if step >= steps;
    }
  }
  put4(token, row, sum00[0]);
  put4(token, row + 4u, sum01[0]);
  put4(token + 1u, row, sum00[1]);
  put4(token + 1u, row + 4u, sum01[1]);
  put4(token + 2u, row, sum00[2]);
  put4(token + 2u, row + 4u, sum01[2]);
  put4(token + 3u, row, sum00[3]);
  put4(token + 3u, row + 4u, sum01[3]);
  put4(token + 4u, row, sum10[0]);
  put4(token + 4u, row + 4u, sum11[0]);
  put4(token + 5u, row, sum10[1]);
  put4(token + 5u, row + 4u, sum11[1]);
  put4(token + 6u, row, sum10[2]);
  put4(token + 6u, row + 4u, sum11[2]);
  put4(token + 7u, row, sum10[3]);
  put4(token + 7u, row + 4u, sum11[3]);
}

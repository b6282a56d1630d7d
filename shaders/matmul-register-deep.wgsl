// y = x · Wᵀ, or y += x · Wᵀ: eight tokens × eight rows per invocation, held in registers; no barriers. Sixteen columns
// are fetched at once, because a bounds check belongs to every fetch and a software adapter pays for each.
// x: [tokens, columns]; weights: [rows, columns]; y: rows first … first + rows − 1 of [tokens, stride]. columns is a
// multiple of 16, rows, stride and first of 4; tokens start … tokens − 1 are done.
// Neighbouring invocations take neighbouring tokens, so that a software adapter's four lanes share the weights they fetch.
struct Params { start: u32, tokens: u32, rows: u32, columns: u32, stride: u32, first: u32, accumulate: u32 }
@group(0) @binding(0) var<storage, read> x: array<mat4x4f>;
@group(0) @binding(1) var<storage, read> weights: array<mat4x4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 4u;

fn put4(token: u32, row: u32, sums: vec4f) {
  if token < params.tokens && row < params.rows { y[(token * params.stride + params.first + row) / 4u] = sums; }
}

// What y holds for four tokens and four rows; past the edge, any of its numbers.
fn get16(token: u32, row: u32) -> mat4x4f {
  return mat4x4f(get4(token, row), get4(token + 1u, row), get4(token + 2u, row), get4(token + 3u, row));
}

fn get4(token: u32, row: u32) -> vec4f {
  let at = min(token, params.tokens - 1u) * params.stride + params.first;
  return y[(at + min(row, params.rows - 4u)) / 4u];
}

@compute @workgroup_size(1, LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let token = params.start + 8u * id.y;
  let row = 8u * id.x;
  if token >= params.tokens || row >= params.rows { return; }
  // Past the edge the last token or row is read again; what it gives is not written.
  let steps = params.columns / 16u;
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
    let a0 = x[x0 + step];
    let a1 = x[x1 + step];
    let a2 = x[x2 + step];
    let a3 = x[x3 + step];
    let a4 = x[x4 + step];
    let a5 = x[x5 + step];
    let a6 = x[x6 + step];
    let a7 = x[x7 + step];
    let b0 = weights[w0 + step];
    let b1 = weights[w1 + step];
    let b2 = weights[w2 + step];
    let b3 = weights[w3 + step];
    let b4 = weights[w4 + step];
    let b5 = weights[w5 + step];
    let b6 = weights[w6 + step];
    let b7 = weights[w7 + step];
    let xa0 = mat4x4f(a0[0], a1[0], a2[0], a3[0]);
    let xb0 = mat4x4f(a4[0], a5[0], a6[0], a7[0]);
    let wa0 = transpose(mat4x4f(b0[0], b1[0], b2[0], b3[0]));
    let wb0 = transpose(mat4x4f(b4[0], b5[0], b6[0], b7[0]));
    let xa1 = mat4x4f(a0[1], a1[1], a2[1], a3[1]);
    let xb1 = mat4x4f(a4[1], a5[1], a6[1], a7[1]);
    let wa1 = transpose(mat4x4f(b0[1], b1[1], b2[1], b3[1]));
    let wb1 = transpose(mat4x4f(b4[1], b5[1], b6[1], b7[1]));
    let xa2 = mat4x4f(a0[2], a1[2], a2[2], a3[2]);
    let xb2 = mat4x4f(a4[2], a5[2], a6[2], a7[2]);
    let wa2 = transpose(mat4x4f(b0[2], b1[2], b2[2], b3[2]));
    let wb2 = transpose(mat4x4f(b4[2], b5[2], b6[2], b7[2]));
    let xa3 = mat4x4f(a0[3], a1[3], a2[3], a3[3]);
    let xb3 = mat4x4f(a4[3], a5[3], a6[3], a7[3]);
    let wa3 = transpose(mat4x4f(b0[3], b1[3], b2[3], b3[3]));
    let wb3 = transpose(mat4x4f(b4[3], b5[3], b6[3], b7[3]));
    sum00 += wa0 * xa0 + wa1 * xa1 + wa2 * xa2 + wa3 * xa3;
    sum01 += wb0 * xa0 + wb1 * xa1 + wb2 * xa2 + wb3 * xa3;
    sum10 += wa0 * xb0 + wa1 * xb1 + wa2 * xb2 + wa3 * xb3;
    sum11 += wb0 * xb0 + wb1 * xb1 + wb2 * xb2 + wb3 * xb3;
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
